using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What may change of a pod once it exists (core/validation: ValidatePodUpdate): images, deadlines, gates, more tolerations; with gates also where it may go.</summary>
internal static class PodUpdateRules
{
    private const string Updatable =
        "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    internal static void Check(Pod pod, Pod old, FieldErrors errors)
    {
        var at = errors.At("spec");
        if (!CheckContainers(pod.Spec.Containers, old.Spec.Containers, at.At("containers"))
            || !CheckContainers(pod.Spec.InitContainers, old.Spec.InitContainers, at.At("initContainers"))
            || !CheckDeadline(pod.Spec.ActiveDeadlineSeconds, old.Spec.ActiveDeadlineSeconds, at.At("activeDeadlineSeconds")))
        {
            return;
        }

        CheckTolerations(pod.Spec.Tolerations, old.Spec.Tolerations, at.At("tolerations"));
        CheckGates(pod.Spec.SchedulingGates, old.Spec.SchedulingGates, at.At("schedulingGates"));
        if (pod.Spec == old.Spec)
            return;
        var rest = WithoutUpdatable(pod.Spec, old.Spec);
        if (!old.Spec.SchedulingGates.IsEmpty)
            rest = GatedPodRules.Check(rest, old.Spec, at);
        if (rest != old.Spec)
            at.Forbidden($"pod updates may not change fields other than {Updatable}\n{InternalForm.Difference(old.Spec, rest)}");
    }

    private static bool CheckContainers(ValueList<Container> containers, ValueList<Container> old, FieldErrors at)
    {
        if (containers.Count != old.Count)
        {
            at.Forbidden("pod updates may not add or remove containers");
            return false;
        }

        for (var i = 0; i < containers.Count; i++)
        {
            if (containers[i].Image.Length == 0)
                at.At(i).At("image").Required();
            PodValidation.CheckImage(containers[i], at.At(i));
        }

        return true;
    }

    // From none to one, or to an earlier one.
    private static bool CheckDeadline(long? seconds, long? old, FieldErrors at)
    {
        switch (seconds, old)
        {
            case ({ } value, _) when value is < 0 or > int.MaxValue:
                at.InRange(value, 0, int.MaxValue);
                return false;
            case ({ } value, { } before) when before < value:
                at.Invalid(value, "must be less than or equal to previous value");
                return false;
            case (null, not null):
                at.Invalid((string?)null, "must not update from a positive integer to nil value");
                return true;
            default:
                return true;
        }
    }

    private static void CheckTolerations(ValueList<Toleration> tolerations, ValueList<Toleration> old, FieldErrors at)
    {
        foreach (var before in old)
        {
            if (!tolerations.Any(toleration => before with { TolerationSeconds = toleration.TolerationSeconds } == toleration))
            {
                at.Forbidden("existing toleration can not be modified except its tolerationSeconds");
                return;
            }
        }

        PlacementChecks.CheckTolerations(tolerations, at);
    }

    private static void CheckGates(ValueList<PodSchedulingGate> gates, ValueList<PodSchedulingGate> old, FieldErrors at)
    {
        for (var i = 0; i < gates.Count; i++)
        {
            if (!old.Contains(gates[i]))
                at.At(i).At("name").Forbidden($"only deletion is allowed, but found new scheduling gate '{gates[i].Name}'");
        }
    }

    // What may change is put back, so that what remains different is what may not.
    private static PodSpec WithoutUpdatable(PodSpec spec, PodSpec old) => spec with
    {
        Containers = WithImagesOf(spec.Containers, old.Containers),
        InitContainers = WithImagesOf(spec.InitContainers, old.InitContainers),
        ActiveDeadlineSeconds = old.ActiveDeadlineSeconds,
        SchedulingGates = old.SchedulingGates,
        Tolerations = old.Tolerations,
        TerminationGracePeriodSeconds = old.TerminationGracePeriodSeconds < 0 && spec.TerminationGracePeriodSeconds == 1
            ? old.TerminationGracePeriodSeconds
            : spec.TerminationGracePeriodSeconds,
    };

    private static ValueList<Container> WithImagesOf(ValueList<Container> containers, ValueList<Container> old) =>
        containers.IsEmpty ? containers : containers.Select((container, i) => container with { Image = old[i].Image }).ToValueList();
}
