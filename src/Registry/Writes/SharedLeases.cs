using ControlPlane.Storage;

namespace ControlPlane.Registry.Writes;

/// <summary>Leases for objects with a time to live. Objects that come within a short while share one, so that a storm of events does not make a storm of leases.</summary>
internal sealed class SharedLeases(IKeyValueStore store, TimeProvider clock)
{
    private const int MaxObjects = 1000; // apiserver: etcd3/lease_manager.go, defaultLeaseMaxObjectCount

    private static readonly TimeSpan MaxReuse = TimeSpan.FromSeconds(60); // apiserver: etcd3/lease_manager.go, defaultLeaseReuseDurationSeconds

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<TimeSpan, SharedLease> _byTime = [];

    /// <summary>A lease that lives at least that long.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot grant one.</exception>
    public async ValueTask<LeaseId> TakeAsync(TimeSpan timeToLive, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            if (_byTime.TryGetValue(timeToLive, out var lease) && lease.Uses < MaxObjects && clock.GetElapsedTime(lease.Start) < lease.Reuse)
            {
                lease.Uses++;
                return lease.Id;
            }

            // The later objects of a lease must not vanish early, the first ones may stay a little longer.
            var reuse = timeToLive * 0.05 < MaxReuse ? timeToLive * 0.05 : MaxReuse;
            var granted = await store.GrantLeaseAsync(timeToLive + reuse, cancel);
            _byTime[timeToLive] = new SharedLease(granted, clock.GetTimestamp(), reuse);
            return granted;
        }
        finally
        {
            _one.Release();
        }
    }

    private sealed record SharedLease(LeaseId Id, long Start, TimeSpan Reuse)
    {
        public int Uses { get; set; } = 1;
    }
}
