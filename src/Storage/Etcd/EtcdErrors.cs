using System.Net.Sockets;
using Grpc.Core;

namespace ControlPlane.Storage.Etcd;

/// <summary>
/// What etcd's errors mean to us. Their codes are shared by several errors, so that the text, which etcd's own client goes by as well
/// (etcd: api/v3rpc/rpctypes/error.go), decides among those.
/// </summary>
internal static class EtcdErrors
{
    /// <summary>Does the member, or the way to it, fail, rather than refuse what was asked?</summary>
    public static bool IsUnavailable(RpcException error) => error.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Aborted => true,
        StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss => true,
        StatusCode.ResourceExhausted => !IsTooLarge(error) && !IsFull(error),
        _ => false,
    };

    /// <summary>Is it certain that nothing was written: the call never got out, or was turned away before it was proposed?</summary>
    public static bool HadNoEffect(RpcException error) =>
        error.Status.DebugException is SocketException // met by gRPC itself when it connects; on a connection it is within an IOException
        || error.Status.DebugException is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
        }
        || Says(error, "etcdserver: too many requests")
        || IsLeaderless(error);

    /// <summary>The member knows of no leader: it is cut off from the others, or they elect one.</summary>
    public static bool IsLeaderless(RpcException error) => Says(error, "etcdserver: no leader");

    /// <summary>
    /// The database has reached its quota. That is said of the write that reaches it as well, which has happened all the same
    /// (etcd: quotaApplierV3 looks before it applies, and answers after).
    /// </summary>
    public static bool IsFull(RpcException error) => Says(error, "database space exceeded");

    /// <summary>A read or watch of history that is gone.</summary>
    public static bool IsCompacted(RpcException error) => error.StatusCode == StatusCode.OutOfRange && Says(error, "has been compacted");

    /// <summary>A read or compaction of what has not happened.</summary>
    public static bool IsFuture(RpcException error) => error.StatusCode == StatusCode.OutOfRange && Says(error, "is a future revision");

    /// <summary>A lease that does not exist.</summary>
    public static bool IsLeaseNotFound(RpcException error) => error.StatusCode == StatusCode.NotFound && Says(error, "requested lease not found");

    /// <summary>More than etcd takes at once, in bytes (by etcd's word, or gRPC's) or in operations.</summary>
    public static bool IsTooLarge(RpcException error) =>
        Says(error, "request is too large") || Says(error, "too many operations in txn request") || Says(error, "received message larger than max");

    public static StoreUnavailableException Unavailable(RpcException error, bool outcomeUnknown) =>
        new($"etcd does not answer: {error.Status.Detail}", outcomeUnknown, error);

    public static StoreUnavailableException Closed() => new("the store is closed", outcomeUnknown: false);

    private static bool Says(RpcException error, string text) => error.Status.Detail.Contains(text, StringComparison.Ordinal);
}
