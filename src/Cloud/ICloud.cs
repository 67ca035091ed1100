namespace ControlPlane.Cloud;

/// <summary>
/// The seam to what the cluster runs on: who owns the machines, and what can lead traffic to them. Each part is there or not; the controllers of a part that is
/// not there do not run.
/// </summary>
/// <remarks>
/// All members of the parts may be called at the same time, and throw <see cref="CloudException"/> where the cloud cannot do it now: the controllers try again
/// with back-off. What is asked for a second time is done already: every member may be repeated.
/// </remarks>
public interface ICloud
{
    /// <summary>As --cloud-provider names it.</summary>
    string Name { get; }

    /// <summary>The machines behind nodes; null where the cloud does not know them.</summary>
    IInstances? Instances { get; }

    /// <summary>What stands behind Services of type LoadBalancer; null where there is no such thing.</summary>
    ILoadBalancers? LoadBalancers { get; }

    /// <summary>The ways between the nodes' pods; null where the network needs none.</summary>
    IRoutes? Routes { get; }
}

/// <summary>The cloud could not do it; the message is shown to users in Events.</summary>
public sealed class CloudException(string message, Exception? inner = null) : Exception(message, inner);
