using System.Net;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>Gives Services addresses of the pool. The nodes' service proxies do the rest: the network leads the addresses to any of them.</summary>
/// <remarks>
/// Invariants: no two Services have one address; a Service keeps its address as long as the pool has it. The books are the Services' own status, which every
/// server sees; <see cref="_given"/> only bridges the time until what was given shows there.
/// </remarks>
internal sealed class StaticLoadBalancers(StaticFile file) : ILoadBalancers
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IReadOnlyList<IPAddress>> _given = new(StringComparer.Ordinal);

    public Task<LoadBalancerStatus> EnsureAsync(LoadBalancerRequest request, CancellationToken cancel)
    {
        lock (_lock)
        {
            var service = request.Service;
            var choice = new AddressChoice(file.Read().Pool, service, Given(service).Concat(Shown(service)), Taken(request.Others()));
            var addresses = choice.Decide();
            _given[service.Metadata.Uid] = addresses;
            return Task.FromResult(new LoadBalancerStatus
            {
                Ingress = addresses.Select(static address => new LoadBalancerIngress { Ip = address.ToString(), IpMode = "VIP" }).ToValueList(),
            });
        }
    }

    // Nothing here knows which nodes there are.
    public Task UpdateNodesAsync(LoadBalancerRequest request, CancellationToken cancel) => Task.CompletedTask;

    public Task DeleteAsync(string clusterName, Service service, CancellationToken cancel)
    {
        lock (_lock)
            _given.Remove(service.Metadata.Uid);
        return Task.CompletedTask;
    }

    private Dictionary<IPAddress, Service> Taken(IEnumerable<Service> others)
    {
        var taken = new Dictionary<IPAddress, Service>();
        foreach (var other in others)
        {
            foreach (var address in Given(other).Concat(Shown(other)))
                taken.TryAdd(address, other);
        }
        return taken;
    }

    private IReadOnlyList<IPAddress> Given(Service service) => _given.GetValueOrDefault(service.Metadata.Uid, []);

    private static IEnumerable<IPAddress> Shown(Service service)
    {
        foreach (var ingress in service.Status.LoadBalancer.Ingress.ToArray())
        {
            if (IPAddress.TryParse(ingress.Ip, out var address))
                yield return address;
        }
    }
}
