using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Storage.Etcd;

/// <summary>The members of the cluster. All calls go to one of them, so that its connection is warm; when it fails, to the next.</summary>
internal sealed partial class EtcdMembers : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly EtcdStoreOptions _options;
    private readonly EtcdMember[] _members;
    private EtcdService _current;

    public EtcdMembers(EtcdStoreOptions options)
    {
        _options = options;
        _members = [.. options.Endpoints.Select(endpoint => new EtcdMember(endpoint, options))];
        _current = new EtcdService(_members[0], options.Time);
    }

    /// <summary>The member that serves now.</summary>
    public EtcdService Current => Volatile.Read(ref _current);

    /// <summary>Lets the next member serve, unless another caller has seen to it already.</summary>
    public void MoveOn(EtcdService failed, Exception reason)
    {
        var next = _members[(Array.IndexOf(_members, failed.Member) + 1) % _members.Length];
        if (Interlocked.CompareExchange(ref _current, new EtcdService(next, _options.Time), failed) != failed)
            return;
        if (!failed.IsBrief)
            MemberFailed(_options.Log, reason.Message, failed.Member.Endpoint);
        // There is nowhere better to go to from the only one.
        if (next != failed.Member)
            failed.EndStreams();
    }

    /// <summary>
    /// Calls the member that serves, and when it fails the next, until each has failed; while they elect a leader, for as long as one call may take.
    /// What changes something is only repeated when the failed call cannot have had an effect.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Nobody answers, or the call may have had its effect.</exception>
    /// <exception cref="RpcException">etcd has refused the call for what it asks.</exception>
    public async ValueTask<T> CallAsync<T>(Func<EtcdMember, CallOptions, AsyncUnaryCall<T>> start, bool repeatable, CancellationToken cancel)
    {
        var began = _options.Time.GetTimestamp();
        // A single member is called again too: its connection may have been closed by a restart.
        for (var attempt = 1; ; attempt++)
        {
            var service = Current;
            try
            {
                using var call = start(service.Member, service.Member.Call(cancel));
                return await call;
            }
            catch (RpcException error) when (EtcdErrors.IsUnavailable(error))
            {
                cancel.ThrowIfCancellationRequested();
                MoveOn(service, error);
                var harmless = repeatable || EtcdErrors.HadNoEffect(error);
                if (!harmless || !MayTryAgain(attempt, began, error))
                    throw EtcdErrors.Unavailable(error, outcomeUnknown: !harmless);
            }
            catch (ObjectDisposedException)
            {
                throw EtcdErrors.Closed();
            }

            await Task.Delay(Pause, _options.Time, cancel);
        }
    }

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
    }

    private bool MayTryAgain(int attempt, long began, RpcException error) =>
        attempt <= _members.Length || (EtcdErrors.IsLeaderless(error) && _options.Time.GetElapsedTime(began) < _options.CallTimeout);

    [LoggerMessage(LogLevel.Warning, "etcd member {Endpoint} has failed: {Reason}")]
    private static partial void MemberFailed(ILogger log, string reason, Uri endpoint);
}
