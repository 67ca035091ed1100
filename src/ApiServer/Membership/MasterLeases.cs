using System.Net;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Storage;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Membership;

/// <summary>
/// Which servers of one cluster live: each keeps a key with its address under /registry/masterleases/ that vanishes when it is not renewed. Keys and values
/// are upstream's (pkg/controlplane/reconcilers/lease.go), so servers of both kinds see each other.
/// </summary>
internal sealed class MasterLeases(IKeyValueStore store, IPAddress address)
{
    private const string Prefix = "/registry/masterleases/";

    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(15); // pkg/controlplane: DefaultEndpointReconcilerTTL

    private readonly string _key = Prefix + address;
    private LeaseId _lease;

    /// <summary>Says for another while that this server lives.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    public async Task RenewAsync(CancellationToken cancel)
    {
        if (_lease != LeaseId.None && await store.KeepLeaseAliveAsync(_lease, cancel) && await IsMineAsync(cancel))
            return;
        // The first time, or it was late, or a former process of this address has taken the key away with its own lease.
        var lease = await store.GrantLeaseAsync(TimeToLive, cancel);
        await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Put(_key, Value(), lease)]), cancel);
        _lease = lease;
    }

    /// <summary>The addresses of all servers that live, in order.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancel)
    {
        var found = await store.RangeAsync(new RangeQuery(KeyInterval.Prefix(Prefix), KeysOnly: true), cancel);
        return found is RangeResult.Found { Items: var items }
            ? [.. items.Select(item => item.Key[Prefix.Length..]).Order(StringComparer.Ordinal)]
            : throw new InvalidOperationException($"unexpected answer {found}");
    }

    /// <summary>Says that this server no longer lives.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    public async Task LeaveAsync(CancellationToken cancel)
    {
        if (_lease != LeaseId.None)
            await store.RevokeLeaseAsync(_lease, cancel);
        _lease = LeaseId.None;
    }

    private async Task<bool> IsMineAsync(CancellationToken cancel) =>
        await store.RangeAsync(new RangeQuery(KeyInterval.Single(_key), KeysOnly: true), cancel) is RangeResult.Found { Items: [var own] } && own.Lease == _lease;

    private byte[] Value() => Envelope.Write(new Endpoints
    {
        Metadata = new ObjectMeta { Generation = 1 },
        Subsets = [new EndpointSubset { Addresses = [new EndpointAddress { Ip = address.ToString() }] }],
    });
}
