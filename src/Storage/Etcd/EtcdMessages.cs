using Etcdserverpb;
using Google.Protobuf;

namespace ControlPlane.Storage.Etcd;

/// <summary>The store's terms in etcd's messages, and back. Values are shared with the messages, never copied.</summary>
internal static class EtcdMessages
{
    public static ByteString Key(string key)
    {
        var bytes = new byte[KeyBytes.Count(key)];
        KeyBytes.Write(key, bytes);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    public static string Key(ByteString key) => KeyBytes.Read(key.Span);

    public static KeyValue Item(Mvccpb.KeyValue item) => new(
        Key(item.Key), item.Value.Memory, new Revision(item.CreateRevision), new Revision(item.ModRevision), new LeaseId(item.Lease));

    public static StoreChange Change(Mvccpb.Event change) => new(
        Key(change.Kv.Key),
        change.Type == Mvccpb.Event.Types.EventType.Put ? Item(change.Kv) : null,
        change.PrevKv is { } previous ? Item(previous) : null);

    /// <summary>The writes if all conditions hold; else a read of each condition's key.</summary>
    public static TxnRequest Transaction(StoreTransaction transaction) => new()
    {
        Compare =
        {
            transaction.Conditions.Select(condition => new Compare
            {
                Target = Compare.Types.CompareTarget.Mod,
                Result = Compare.Types.CompareResult.Equal,
                Key = Key(condition.Key),
                ModRevision = condition.Modified.Value,
            }),
        },
        Success = { transaction.Writes.Select(Operation) },
        Failure = { transaction.Conditions.Select(condition => new RequestOp { RequestRange = new RangeRequest { Key = Key(condition.Key) } }) },
    };

    public static CommitResult Result(TxnResponse response)
    {
        var revision = new Revision(response.Header.Revision);
        return response.Succeeded
            ? new CommitResult.Committed(revision)
            : new CommitResult.Conflict([.. response.Responses.Select(Found)], revision);
    }

    private static KeyValue? Found(ResponseOp read) => read.ResponseRange.Kvs is [var item] ? Item(item) : null;

    private static RequestOp Operation(StoreWrite write) => write is StoreWrite.Put put
        ? new RequestOp { RequestPut = new PutRequest { Key = Key(put.Key), Value = UnsafeByteOperations.UnsafeWrap(put.Value), Lease = put.Lease.Value } }
        : new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Key(write.Key) } };
}
