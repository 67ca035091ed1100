using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Writes;

/// <summary>
/// Takes part in the writes of a resource: other keys that must change together with the object (a cluster IP is taken when its Service is stored, and free when it is gone).
/// </summary>
public interface ITransactionHook
{
    /// <summary>
    /// Called for every attempt, after the object was prepared and before it is validated (upstream: BeginCreate, BeginUpdate). May change the object (<see cref="WriteAttempt.Value"/>), and add conditions and writes.
    /// </summary>
    /// <exception cref="Machinery.Errors.ApiException">The write is refused.</exception>
    ValueTask BeforeCommitAsync(WriteAttempt attempt, CancellationToken cancel);
}

/// <summary>One attempt to write one object.</summary>
public sealed class WriteAttempt
{
    internal WriteAttempt(ResourceDefinition definition, IApiObject? value, IApiObject? old, WriteRequest request, TransactionBuilder transaction) =>
        (Definition, Value, Old, Request, Transaction) = (definition, value, old, request, transaction);

    /// <summary>The resource.</summary>
    public ResourceDefinition Definition { get; }

    /// <summary>The object as it shall be stored; null when it is removed. A hook may replace it.</summary>
    public IApiObject? Value { get; set; }

    /// <summary>The object as it is; null when there is none.</summary>
    public IApiObject? Old { get; }

    /// <summary>Who writes, and whether anything is stored at all: hooks must have no effect on a dry run.</summary>
    public WriteRequest Request { get; }

    /// <summary>What else happens together with the write.</summary>
    public TransactionBuilder Transaction { get; }
}

/// <summary>The conditions and writes of one attempt, beside the object's own.</summary>
public sealed class TransactionBuilder
{
    private readonly IKeyValueStore _store;
    private readonly List<StoreCondition> _conditions = [];
    private readonly List<StoreWrite> _writes = [];
    private List<Action<bool>>? _outcomes;

    internal TransactionBuilder(IKeyValueStore store) => _store = store;

    internal IReadOnlyList<StoreCondition> Conditions => _conditions;

    internal IReadOnlyList<StoreWrite> Writes => _writes;

    /// <summary>Reads a key, and makes it a condition that it is still so when the transaction commits.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public async ValueTask<KeyValue?> ReadAsync(string key, CancellationToken cancel)
    {
        var found = await _store.RangeAsync(new RangeQuery(KeyInterval.Single(key)), cancel);
        var current = found is RangeResult.Found { Items: [var only] } ? only : null;
        Require(key, current?.Modified ?? Revision.None);
        return current;
    }

    /// <summary>The key must be at that revision (<see cref="Revision.None"/>: must not exist); otherwise the whole attempt is made again.</summary>
    public void Require(string key, Revision modified)
    {
        if (!_conditions.Exists(condition => condition.Key == key))
            _conditions.Add(new StoreCondition(key, modified));
    }

    /// <summary>Writes a key. The last write of a key counts.</summary>
    public void Put(string key, ReadOnlyMemory<byte> value) => Write(new StoreWrite.Put(key, value));

    /// <summary>Removes a key. The last write of a key counts.</summary>
    public void Delete(string key) => Write(new StoreWrite.Delete(key));

    /// <summary>Is told what became of the attempt: true when it was committed. Called exactly once, before the writer goes on.</summary>
    public void OnOutcome(Action<bool> told) => (_outcomes ??= []).Add(told);

    internal void Tell(bool committed)
    {
        foreach (var told in _outcomes ?? [])
            told(committed);
        _outcomes = null;
    }

    private void Write(StoreWrite write)
    {
        _writes.RemoveAll(earlier => earlier.Key == write.Key);
        _writes.Add(write);
    }
}
