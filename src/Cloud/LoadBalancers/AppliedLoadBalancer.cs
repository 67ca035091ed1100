using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.LoadBalancers;

/// <summary>What a load balancer was last brought to, so that the cloud is only asked when that has changed.</summary>
/// <param name="Service">As it was then.</param>
/// <param name="Nodes">Their names, in order.</param>
internal sealed record AppliedLoadBalancer(Service Service, ValueList<string> Nodes)
{
    /// <summary>Would asking the cloud again change nothing? Which pods are behind a Service is no matter of its load balancer.</summary>
    public bool Covers(Service service) =>
        Service.Metadata.Uid == service.Metadata.Uid
        && Service.Metadata.Annotations == service.Metadata.Annotations
        && Service.Spec with { Selector = default } == service.Spec with { Selector = default };
}
