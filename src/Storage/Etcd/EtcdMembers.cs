using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Storage.Etcd;

/// <summary>The members of the cluster. All calls go to one of them, so that its connection is warm; when it fails, to the next.</summary>
internal sealed partial class EtcdMembers(EtcdStoreOptions options) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly EtcdMember[] _members = [.. options.Endpoints.Select(endpoint => new EtcdMember(endpoint, options))];
    private int _current;

    /// <summary>The member that serves now.</summary>
    public EtcdMember Current => _members[Volatile.Read(ref _current)];

    /// <summary>Lets the next member serve, unless another caller has seen to it already.</summary>
    public void MoveOn(EtcdMember failed, Exception reason)
    {
        var index = Array.IndexOf(_members, failed);
        if (Interlocked.CompareExchange(ref _current, (index + 1) % _members.Length, index) == index)
            MemberFailed(options.Log, reason.Message, failed.Endpoint);
    }

    /// <summary>
    /// Calls the member that serves, and when it fails the next, until each has failed. What changes something is only repeated when the failed call
    /// cannot have had an effect.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nobody answers, or the call may have had its effect.</exception>
    /// <exception cref="RpcException">etcd has refused the call for what it asks.</exception>
    public async ValueTask<T> CallAsync<T>(Func<EtcdMember, CallOptions, AsyncUnaryCall<T>> start, bool repeatable, CancellationToken cancel)
    {
        // A single member is called again too: its connection may have been closed by a restart.
        for (var attempt = 1; ; attempt++)
        {
            var member = Current;
            try
            {
                using var call = start(member, member.Call(cancel));
                return await call;
            }
            catch (RpcException error) when (EtcdErrors.IsUnavailable(error))
            {
                cancel.ThrowIfCancellationRequested();
                MoveOn(member, error);
                var harmless = repeatable || EtcdErrors.HadNoEffect(error);
                if (!harmless || attempt > _members.Length)
                    throw EtcdErrors.Unavailable(error, outcomeUnknown: !repeatable && !EtcdErrors.HadNoEffect(error));
            }
            catch (ObjectDisposedException)
            {
                throw EtcdErrors.Closed();
            }

            await Task.Delay(Pause, options.Time, cancel);
        }
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
    }

    [LoggerMessage(LogLevel.Warning, "etcd member {Endpoint} has failed: {Reason}")]
    private static partial void MemberFailed(ILogger log, string reason, Uri endpoint);
}
