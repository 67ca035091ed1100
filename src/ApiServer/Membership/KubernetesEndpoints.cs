using System.Net;
using ControlPlane.ApiServer.Bootstrap;
using ControlPlane.Machinery.Errors;
using ControlPlane.Storage;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.Membership;

/// <summary>
/// Where the Service "kubernetes" leads: to every server that lives. Each server renews its own lease and writes the addresses of all, so it does not matter
/// which of them does (kube-apiserver: --endpoint-reconciler-type=lease).
/// </summary>
internal sealed partial class KubernetesEndpoints(SystemObjects objects, MasterLeases leases, int securePort, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10); // pkg/controlplane: DefaultEndpointReconcilerInterval

    /// <summary>None for a server that is for this machine alone: it has no address that pods could reach, and the rules of Endpoints refuse such addresses.</summary>
    public static KubernetesEndpoints? Of(ApiServerOptions options, IKeyValueStore store, SystemObjects objects, int securePort, TimeProvider time, ILoggerFactory logs) =>
        options.EndpointReconciler == EndpointReconciler.None || IPAddress.IsLoopback(options.AdvertiseAddress)
            ? null
            : new(objects, new MasterLeases(store, options.AdvertiseAddress), securePort, time, logs.CreateLogger<KubernetesEndpoints>());

    /// <summary>Adds this server.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written.</exception>
    public async Task JoinAsync(CancellationToken cancel)
    {
        await leases.RenewAsync(cancel);
        await WriteAsync(cancel);
    }

    /// <summary>Keeps this server in, and those that live no longer out, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
                await TryAsync(JoinAsync, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    /// <summary>Takes this server out at once. The last one leaves its address behind: it says where the cluster was, and will be.</summary>
    public Task LeaveAsync(CancellationToken cancel) => TryAsync(
        async ending =>
        {
            await leases.LeaveAsync(ending);
            await WriteAsync(ending);
        },
        cancel);

    private async Task WriteAsync(CancellationToken cancel)
    {
        var addresses = await leases.ListAsync(cancel);
        if (addresses.Count == 0)
            return;
        var endpoints = KubernetesService.Endpoints(addresses, securePort);
        var slice = KubernetesService.Slice(addresses, securePort);
        await Task.WhenAll(
            objects.PutAsync(
                endpoints,
                current => (Endpoints)current with { Metadata = current.Metadata with { Labels = current.Metadata.Labels.WithAll(endpoints.Metadata.Labels) }, Subsets = endpoints.Subsets },
                cancel),
            objects.PutAsync(
                slice,
                current => (EndpointSlice)current with
                {
                    Metadata = current.Metadata with { Labels = current.Metadata.Labels.WithAll(slice.Metadata.Labels) },
                    Endpoints = slice.Endpoints,
                    Ports = slice.Ports,
                },
                cancel));
    }

    private async Task TryAsync(Func<CancellationToken, Task> actAsync, CancellationToken cancel)
    {
        try
        {
            await actAsync(cancel);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or LeaseNotFoundException or ApiException)
        {
            Failed(log, failure.Message);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The endpoints of the Service kubernetes could not be written, trying again in a while: {Reason}")]
    private static partial void Failed(ILogger log, string reason);
}
