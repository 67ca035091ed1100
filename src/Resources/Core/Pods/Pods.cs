using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Containers that run together on a node. This file is the table of contents: what a pod is made of is checked and filled in by the files beside it.</summary>
internal sealed class Pods : ResourceDefinition<Pod>
{
    protected override void Declare(Declaration<Pod> resource) => resource
        .WithStatus((pod, other) => pod with { Status = other.Status }, PodStatusChecks.Check)
        .WithGeneration()
        .MetadataChecksOnUpdate(4, asNew: true)
        .GracefulDeletion(GraceSeconds)
        .Selectable("spec.nodeName", pod => pod.Spec.NodeName, indexed: true)
        .Selectable("spec.restartPolicy", pod => pod.Spec.RestartPolicy)
        .Selectable("spec.schedulerName", pod => pod.Spec.SchedulerName)
        .Selectable("spec.serviceAccountName", pod => pod.Spec.ServiceAccountName)
        .Selectable("spec.hostNetwork", pod => pod.Spec.HostNetwork ? "true" : "false")
        .Selectable("status.phase", pod => pod.Status.Phase)
        .Selectable("status.podIP", pod => pod.Status.PodIPs.Count > 0 ? pod.Status.PodIPs[0].Ip : pod.Status.PodIP)
        .Selectable("status.nominatedNodeName", pod => pod.Status.NominatedNodeName)
        .ResetFields("status")
        .StatusResetFields("spec", "metadata.deletionTimestamp", "metadata.ownerReferences")
        .PodColumns();

    /// <inheritdoc/>
    public override void ValidateUpdate(IApiObject value, IApiObject old, WriteContext context, FieldErrors errors)
    {
        switch (context.Subresource)
        {
            case "binding" or "eviction":
                // A node's name and a disruption's mark are set by the server itself, which has checked what was asked of it.
                break;
            case "resize":
                PodResizeRules.Check((Pod)value, (Pod)old, errors);
                break;
            case "ephemeralcontainers":
                PodSubresources.CheckEphemeralContainers((Pod)value, (Pod)old, errors);
                break;
            default:
                base.ValidateUpdate(value, old, context, errors);
                break;
        }
    }

    protected override Pod Default(Pod pod) => PodSubresources.WithBothAddresses(pod with { Spec = pod.Spec.Defaulted().DefaultedAsPod() });

    protected override Pod PrepareForCreate(Pod pod, WriteContext context)
    {
        var prepared = pod with { Spec = pod.Spec.WithoutDisabled(null, context.Features).WithSelectedByOwnLabels(pod.Metadata.Labels) };
        return prepared with { Status = new PodStatus { Phase = "Pending", QosClass = prepared.QualityOfService, Conditions = GatedCondition(pod) } };
    }

    protected override Pod PrepareForUpdate(Pod pod, Pod old, WriteContext context) => context.Subresource switch
    {
        "status" => PodSubresources.StatusOnly(pod, old),
        "resize" => PodResizeRules.Prepared(pod, old),
        "ephemeralcontainers" => PodSubresources.Only(pod, old, old.Spec with { EphemeralContainers = pod.Spec.EphemeralContainers }),
        _ => pod with { Spec = pod.Spec.WithoutDisabled(old.Spec, context.Features) },
    };

    protected override void Validate(Pod pod, FieldErrors errors) => PodValidation.CheckNewPod(pod, errors);

    protected override void ValidateUpdate(Pod pod, Pod old, FieldErrors errors)
    {
        PodValidation.CheckPod(pod, errors);
        PodAnnotationChecks.CheckUpdate(pod, old, errors.At("metadata").At("annotations"));
        PodUpdateRules.Check(pod, old, errors);
    }

    private static Machinery.Values.ValueList<PodCondition> GatedCondition(Pod pod) => pod.Spec.SchedulingGates.IsEmpty
        ? default
        :
        [
            new PodCondition
            {
                Type = "PodScheduled",
                Status = "False",
                Reason = "SchedulingGated",
                Message = "Scheduling is blocked due to non-empty scheduling gates",
            },
        ];

    // core/pod: CheckGracefulDelete. What runs nowhere, or no more, needs no time to end.
    private static long GraceSeconds(Pod pod, long? asked)
    {
        if (pod.Spec.NodeName.Length == 0 || pod.Status.Phase is "Failed" or "Succeeded")
            return 0;
        var seconds = asked ?? pod.Spec.TerminationGracePeriodSeconds ?? 0;
        return seconds < 0 ? 1 : seconds;
    }

    protected override IEnumerable<string> Warnings(Pod pod, Pod? old) => old is null ? PodWarnings.OfPodName(pod.Metadata.Name).Concat(PodWarnings.Of(pod)) : pod.Spec == old.Spec ? [] : PodWarnings.Of(pod);
}
