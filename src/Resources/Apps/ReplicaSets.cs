using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Apps;

namespace ControlPlane.Resources.Apps;

/// <summary>Keeps a number of like pods running.</summary>
internal sealed class ReplicaSets : ResourceDefinition<ReplicaSet>
{
    protected override void Declare(Declaration<ReplicaSet> resource) => resource
        .WithStatus((set, other) => set with { Status = other.Status }, CheckStatus)
        .WithGeneration()
        .WithScale(
            set => set.Spec.Replicas ?? 0,
            set => set.Status.Replicas,
            set => PodTemplateColumns.ScaleText(set.Spec.Selector),
            (set, replicas) => set with { Spec = set.Spec with { Replicas = replicas } })
        .Selectable("status.replicas", set => set.Status.Replicas.ToString(CultureInfo.InvariantCulture))
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("Desired", set => set.Spec.Replicas ?? 0, type: "integer")
        .Column("Current", set => set.Status.Replicas, type: "integer")
        .Column("Ready", set => set.Status.ReadyReplicas, type: "integer")
        .AgeColumn()
        .ContainerColumns(set => set.Spec.Template)
        .SelectorColumn(set => set.Spec.Selector);

    protected override ReplicaSet Default(ReplicaSet set) => set with
    {
        Spec = set.Spec with { Replicas = set.Spec.Replicas ?? 1, Template = set.Spec.Template.Defaulted() },
    };

    protected override ReplicaSet PrepareForCreate(ReplicaSet set, WriteContext context) => WithoutDisabled(set, null, context);

    protected override ReplicaSet PrepareForUpdate(ReplicaSet set, ReplicaSet old, WriteContext context) => WithoutDisabled(set, old, context);

    private static ReplicaSet WithoutDisabled(ReplicaSet set, ReplicaSet? old, WriteContext context) =>
        set with { Spec = set.Spec with { Template = set.Spec.Template.WithoutDisabled(old?.Spec.Template, context.Features) } };

    protected override void Validate(ReplicaSet set, FieldErrors errors)
    {
        var (spec, at) = (set.Spec, errors.At("spec"));
        at.At("replicas").NonNegative(spec.Replicas ?? 0);
        at.At("minReadySeconds").NonNegative(spec.MinReadySeconds);
        TemplateChecks.CheckSelector(spec.Selector, "deployment", at.At("selector"));
        TemplateChecks.CheckTemplate(spec.Template, spec.Selector, "ReplicaSet", at);
    }

    protected override void ValidateUpdate(ReplicaSet set, ReplicaSet old, FieldErrors errors)
    {
        Validate(set, errors);
        TemplateChecks.CheckUnchanged(set.Spec.Selector, old.Spec.Selector, errors.At("spec").At("selector"));
    }

    protected override IEnumerable<string> Warnings(ReplicaSet set, ReplicaSet? old) =>
        (old is null ? PodWarnings.OfName(set.Metadata.Name) : []).Concat(PodWarnings.OfTemplate(set.Spec.Template, old?.Spec.Template, "spec.template"));

    private static void CheckStatus(ReplicaSet set, ReplicaSet old, FieldErrors errors)
    {
        var (status, at) = (set.Status, errors.At("status"));
        ReplicaCounts.NonNegative(
            at,
            ("replicas", status.Replicas),
            ("fullyLabeledReplicas", status.FullyLabeledReplicas),
            ("readyReplicas", status.ReadyReplicas),
            ("availableReplicas", status.AvailableReplicas),
            ("terminatingReplicas", status.TerminatingReplicas),
            ("observedGeneration", status.ObservedGeneration));
        ReplicaCounts.Within(
            status.Replicas,
            at,
            ("fullyLabeledReplicas", status.FullyLabeledReplicas),
            ("readyReplicas", status.ReadyReplicas),
            ("availableReplicas", status.AvailableReplicas));
        ReplicaCounts.AvailableWithinReady(status.AvailableReplicas, status.ReadyReplicas, "readyReplicas", at);
    }
}
