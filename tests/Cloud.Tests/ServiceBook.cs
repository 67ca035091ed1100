using System.Collections.Concurrent;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Tests;

/// <summary>Services as a cache would show them.</summary>
internal sealed class ServiceBook
{
    private readonly ConcurrentDictionary<string, Service> _services = new();

    /// <summary>A new Service of type LoadBalancer.</summary>
    public Service Add(string name, Func<ServiceSpec, ServiceSpec>? change = null)
    {
        var spec = new ServiceSpec { Type = "LoadBalancer", IpFamilies = ["IPv4"], Ports = [new ServicePort { Port = 80, Protocol = "TCP" }] };
        var service = new Service { Metadata = new ObjectMeta { Namespace = "default", Name = name, Uid = name }, Spec = change?.Invoke(spec) ?? spec };
        return _services[name] = service;
    }

    /// <summary>The Service's status says so from now on.</summary>
    public Service Show(Service service, LoadBalancerStatus status) =>
        _services[service.Metadata.Uid] = service with { Status = service.Status with { LoadBalancer = status } };

    public void Remove(Service service) => _services.TryRemove(service.Metadata.Uid, out _);

    public LoadBalancerRequest Request(Service service) => new()
    {
        ClusterName = "contract",
        Service = service,
        Nodes = [],
        Others = () => _services.Values.Where(other => other.Metadata.Uid != service.Metadata.Uid),
    };
}
