using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests;

/// <summary>A plain kind.</summary>
internal sealed class ConfigMaps : ResourceDefinition<ConfigMap>
{
    protected override void Declare(Declaration<ConfigMap> resource)
    {
    }
}

/// <summary>A kind with a grace period, a status and a selectable field.</summary>
internal sealed class Pods : ResourceDefinition<Pod>
{
    protected override void Declare(Declaration<Pod> resource) => resource
        .WithStatus((pod, other) => pod with { Status = other.Status })
        .Selectable("spec.nodeName", pod => pod.Spec.NodeName, indexed: true)
        .GracefulDeletion((pod, asked) => pod.Spec.NodeName.Length == 0 ? 0 : asked ?? pod.Spec.TerminationGracePeriodSeconds ?? 30);
}

/// <summary>A kind with status and generation, and a rule.</summary>
internal sealed class Deployments : ResourceDefinition<Deployment>
{
    protected override void Declare(Declaration<Deployment> resource) => resource
        .WithStatus((deployment, other) => deployment with { Status = other.Status })
        .WithGeneration();

    protected override void Validate(Deployment value, FieldErrors errors)
    {
        if (value.Spec.Replicas is < 0)
            errors.At("spec").At("replicas").Invalid(value.Spec.Replicas.Value, "must be greater than or equal to 0");
    }
}

/// <summary>A kind whose objects vanish, that PUT creates, and that wants a version.</summary>
internal sealed class Events : ResourceDefinition<Event>
{
    protected override void Declare(Declaration<Event> resource) => resource.TimeToLive(_ => TimeSpan.FromHours(1)).CreateOnUpdate();
}

/// <summary>A cluster-scoped kind that more than finalizers holds.</summary>
internal sealed class Namespaces : ResourceDefinition<Namespace>
{
    protected override void Declare(Declaration<Namespace> resource) => resource
        .WithStatus((one, other) => one with { Status = other.Status })
        .UpdateNeedsVersion()
        .Names(Machinery.Definitions.Names.DnsLabel)
        .DeletionHold(one => !one.Spec.Finalizers.IsEmpty, one => one with { Status = one.Status with { Phase = "Terminating" } });

    protected override Namespace PrepareForUpdate(Namespace value, Namespace old, WriteContext context) =>
        context.Subresource == "finalize" ? old with { Spec = value.Spec } : value with { Spec = value.Spec with { Finalizers = old.Spec.Finalizers } };
}
