using Microsoft.Extensions.Logging;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>
/// A cloud that is a file: the operator lists machines and, where there are any, addresses for Services of type LoadBalancer. For machines of one's own, on a
/// network that already leads those addresses to the nodes.
/// </summary>
/// <remarks>
/// The file is the whole truth: a machine that it does not list does not exist, and the node of one that went from it is deleted once it is no longer ready.
/// Without addresses in the file at the start there are no load balancers, so that something else can serve them.
/// <code>
/// machines:
/// - name: rack-1                     # of the node
///   providerID: static://rack-1     # this is the default
///   addresses:
///   - {type: InternalIP, address: 10.0.0.11}
///   zone: east
///   region: home
///   type: large
///   shutdown: false
/// loadBalancer:
///   addresses: [192.0.2.0/28, 198.51.100.5-198.51.100.9, "2001:db8::/124"]
/// </code>
/// </remarks>
internal sealed class StaticCloud : ICloud
{
    private StaticCloud(StaticFile file)
    {
        Instances = new StaticInstances(file);
        LoadBalancers = file.Read().Pool.IsEmpty ? null : new StaticLoadBalancers(file);
    }

    public string Name => "static";

    public IInstances Instances { get; }

    public ILoadBalancers? LoadBalancers { get; }

    public IRoutes? Routes => null;

    /// <summary>Reads the file.</summary>
    /// <exception cref="CloudException">It cannot be read, or says what cannot be.</exception>
    public static StaticCloud Open(string path, TimeProvider clock, ILogger log) => new(new StaticFile(path, clock, log));
}
