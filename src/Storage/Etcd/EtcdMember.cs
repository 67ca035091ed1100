using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Storage.Etcd;

/// <summary>One member, and the services that it offers.</summary>
internal sealed class EtcdMember(Uri endpoint, EtcdStoreOptions options) : IDisposable
{
    // etcd: clientv3.WithRequireLeader. A member that is cut off from the others refuses at once instead of keeping us waiting,
    // and ends its watches, which would be silent for as long as it is alone.
    private static readonly Metadata RequireLeader = new() { { "hasleader", "true" } };

    private readonly GrpcChannel _channel = EtcdTransport.Open(endpoint, options);

    public Uri Endpoint { get; } = endpoint;

    public KV.KVClient Keys => field ??= new(_channel);

    public Watch.WatchClient Watches => field ??= new(_channel);

    public Lease.LeaseClient Leases => field ??= new(_channel);

    public Maintenance.MaintenanceClient Maintenance => field ??= new(_channel);

    /// <summary>For a call with one answer.</summary>
    public CallOptions Call(CancellationToken cancel) =>
        new(RequireLeader, options.Time.GetUtcNow().UtcDateTime + options.CallTimeout, cancel);

    /// <summary>For a stream, which has no end of its own.</summary>
    public static CallOptions Stream(CancellationToken cancel) => new(RequireLeader, cancellationToken: cancel);

    public void Dispose() => _channel.Dispose();
}
