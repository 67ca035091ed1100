using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Batch;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Batch;

/// <summary>What may change of a Job: numbers; where its pods run only while it is suspended and has not been started.</summary>
internal static class JobUpdateRules
{
    private const string Immutable = "field is immutable";

    /// <param name="at">At the spec.</param>
    internal static void Check(Job job, Job old, FieldErrors at)
    {
        var (spec, before) = (job.Spec, old.Spec);
        CheckCompletions(spec, before, at.At("completions"));
        TemplateChecks.CheckUnchanged(spec.Selector, before.Selector, at.At("selector"));
        CheckTemplate(spec, old, at.At("template"));
        if (spec.CompletionMode != before.CompletionMode)
            at.At("completionMode").Invalid(spec.CompletionMode, Immutable);
        if (spec.PodFailurePolicy != before.PodFailurePolicy)
            at.At("podFailurePolicy").Invalid(spec.PodFailurePolicy, Immutable);
        if (spec.BackoffLimitPerIndex != before.BackoffLimitPerIndex)
            Changed(spec.BackoffLimitPerIndex, at.At("backoffLimitPerIndex"));
        if (spec.ManagedBy != before.ManagedBy)
            at.At("managedBy").Invalid(spec.ManagedBy, Immutable);
        if (spec.SuccessPolicy != before.SuccessPolicy)
            at.At("successPolicy").Invalid(spec.SuccessPolicy, Immutable);
    }

    // An indexed Job may grow and shrink with its parallelism.
    private static void CheckCompletions(JobSpec spec, JobSpec old, FieldErrors at)
    {
        if (spec.Completions == old.Completions)
            return;
        if (spec.CompletionMode != "Indexed")
            Changed(spec.Completions, at);
        else if (spec.Completions is { } completions && completions != spec.Parallelism)
            at.Invalid(completions, "can only be modified in tandem with spec.parallelism");
    }

    private static void CheckTemplate(JobSpec spec, Job old, FieldErrors at)
    {
        var (template, before) = (spec.Template, old.Spec.Template);
        if (old.Spec.Suspend is true && old.Status.StartTime is null)
            template = WithPlacementOf(template, before);
        if (template.Metadata != before.Metadata)
            at.Invalid(spec.Template, Immutable);
        else if (template.Spec != before.Spec)
            at.At("spec").Invalid(spec.Template.Spec, Immutable);
    }

    private static PodTemplateSpec WithPlacementOf(PodTemplateSpec template, PodTemplateSpec old) => template with
    {
        Metadata = template.Metadata with { Labels = old.Metadata.Labels, Annotations = old.Metadata.Annotations },
        Spec = template.Spec with
        {
            NodeSelector = old.Spec.NodeSelector,
            Tolerations = old.Spec.Tolerations,
            SchedulingGates = old.Spec.SchedulingGates,
            Affinity = WithNodesOf(template.Spec.Affinity, old.Spec.Affinity),
            Containers = WithResourcesOf(template.Spec.Containers, old.Spec.Containers),
            InitContainers = WithResourcesOf(template.Spec.InitContainers, old.Spec.InitContainers),
        },
    };

    private static Affinity? WithNodesOf(Affinity? affinity, Affinity? old)
    {
        if (affinity is null)
            return old?.NodeAffinity is { } before ? new Affinity { NodeAffinity = before } : null;
        return old is null && affinity is { PodAffinity: null, PodAntiAffinity: null } ? null : affinity with { NodeAffinity = old?.NodeAffinity };
    }

    private static ValueList<Container> WithResourcesOf(ValueList<Container> containers, ValueList<Container> old) => containers.Count == old.Count
        ? containers.Select((container, i) => container with { Resources = old[i].Resources }).ToValueList()
        : containers;

    private static void Changed(int? value, FieldErrors at)
    {
        if (value is { } number)
            at.Invalid(number, Immutable);
        else
            at.Invalid((string?)null, Immutable);
    }
}
