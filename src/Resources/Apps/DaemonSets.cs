using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Apps;

namespace ControlPlane.Resources.Apps;

/// <summary>Keeps one pod on each node that it selects.</summary>
internal sealed class DaemonSets : ResourceDefinition<DaemonSet>
{
    /// <summary>Counts the template's revisions; only the server sets it.</summary>
    internal const string TemplateGeneration = "deprecated.daemonset.template.generation";

    private const int RevisionHistoryLimit = 10; // apps/v1: SetDefaults_DaemonSet

    protected override void Declare(Declaration<DaemonSet> resource) => resource
        .WithStatus((set, other) => set with { Status = other.Status }, CheckStatus)
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("Desired", set => set.Status.DesiredNumberScheduled, type: "integer")
        .Column("Current", set => set.Status.CurrentNumberScheduled, type: "integer")
        .Column("Ready", set => set.Status.NumberReady, type: "integer")
        .Column("Up-to-date", set => set.Status.UpdatedNumberScheduled, type: "integer")
        .Column("Available", set => set.Status.NumberAvailable, type: "integer")
        .Column("Node Selector", set => PodTemplateColumns.Text(set.Spec.Template.Spec.NodeSelector))
        .AgeColumn()
        .ContainerColumns(set => set.Spec.Template)
        .SelectorColumn(set => set.Spec.Selector);

    protected override DaemonSet Default(DaemonSet set) => set with
    {
        Spec = set.Spec with
        {
            Template = set.Spec.Template.Defaulted(),
            UpdateStrategy = Defaulted(set.Spec.UpdateStrategy),
            RevisionHistoryLimit = set.Spec.RevisionHistoryLimit ?? RevisionHistoryLimit,
        },
    };

    protected override DaemonSet PrepareForCreate(DaemonSet set, WriteContext context) =>
        WithTemplateGeneration(WithoutDisabled(set, null, context), Math.Max(1, TemplateGenerationOf(set)));

    protected override DaemonSet PrepareForUpdate(DaemonSet set, DaemonSet old, WriteContext context)
    {
        var generation = TemplateGenerationOf(old);
        set = WithoutDisabled(set, old, context);
        return WithTemplateGeneration(set, context.Subresource.Length == 0 && set.Spec.Template != old.Spec.Template ? generation + 1 : generation);
    }

    private static DaemonSet WithoutDisabled(DaemonSet set, DaemonSet? old, WriteContext context) =>
        set with { Spec = set.Spec with { Template = set.Spec.Template.WithoutDisabled(old?.Spec.Template, context.Features) } };

    private static long TemplateGenerationOf(DaemonSet set) =>
        set.Metadata.Annotations.TryGetValue(TemplateGeneration, out var text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;

    private static DaemonSet WithTemplateGeneration(DaemonSet set, long generation) => set with
    {
        Metadata = set.Metadata with { Annotations = set.Metadata.Annotations.With(TemplateGeneration, generation.ToString(CultureInfo.InvariantCulture)) },
    };

    private static DaemonSetUpdateStrategy Defaulted(DaemonSetUpdateStrategy strategy)
    {
        if (strategy.Type is not ("" or "RollingUpdate"))
            return strategy;
        var rolling = strategy.RollingUpdate ?? new RollingUpdateDaemonSet();
        return strategy with
        {
            Type = "RollingUpdate",
            RollingUpdate = rolling with { MaxUnavailable = rolling.MaxUnavailable ?? new IntOrString(1), MaxSurge = rolling.MaxSurge ?? new IntOrString(0) },
        };
    }

    protected override void Validate(DaemonSet set, FieldErrors errors)
    {
        var (spec, at) = (set.Spec, errors.At("spec"));
        at.At("selector").Selector(spec.Selector);
        if (TemplateChecks.TryParse(spec.Selector, out var selector))
            TemplateChecks.CheckMatch(spec.Template, selector, at.At("template"));
        if (spec.Selector is { } said && TemplateChecks.IsEmpty(said))
            at.At("selector").Invalid(said, "empty selector is invalid for daemonset");
        PodValidation.CheckTemplate(spec.Template, at.At("template"));
        TemplateChecks.CheckEndless(spec.Template, "DaemonSet", at.At("template"));
        at.At("minReadySeconds").NonNegative(spec.MinReadySeconds);
        CheckStrategy(spec.UpdateStrategy, at.At("updateStrategy"));
        if (spec.RevisionHistoryLimit is { } limit)
            at.At("revisionHistoryLimit").NonNegative(limit);
    }

    protected override void ValidateUpdate(DaemonSet set, DaemonSet old, FieldErrors errors)
    {
        TemplateChecks.CheckUnchanged(set.Spec.Selector, old.Spec.Selector, errors.At("spec").At("selector"));
        Validate(set, errors);
    }

    private static void CheckStrategy(DaemonSetUpdateStrategy strategy, FieldErrors at)
    {
        if (strategy.Type == "OnDelete")
            return;
        if (strategy.Type != "RollingUpdate")
        {
            // Upstream prints the whole strategy.
            at.NotSupportedPrinted(strategy, "RollingUpdate", "OnDelete");
            return;
        }

        if (strategy.RollingUpdate is not { } rolling)
        {
            at.At("rollingUpdate").Required();
            return;
        }

        CheckRolling(rolling, at.At("rollingUpdate"));
    }

    private static void CheckRolling(RollingUpdateDaemonSet rolling, FieldErrors at)
    {
        at.At("maxUnavailable").NonNegativeOrPercent(rolling.MaxUnavailable);
        at.At("maxSurge").NonNegativeOrPercent(rolling.MaxSurge);
        var (unavailable, surge) = (RolloutChecks.Value(rolling.MaxUnavailable), RolloutChecks.Value(rolling.MaxSurge));
        if (unavailable != 0 && surge != 0)
            RolloutChecks.Invalid(at.At("maxSurge"), rolling.MaxSurge, "may not be set when maxUnavailable is non-zero");
        if (unavailable == 0 && surge == 0)
            at.At("maxUnavailable").Required("cannot be 0 when maxSurge is 0");
        RolloutChecks.CheckWhole(rolling.MaxUnavailable, at.At("maxUnavailable"));
        RolloutChecks.CheckWhole(rolling.MaxSurge, at.At("maxSurge"));
    }

    protected override IEnumerable<string> Warnings(DaemonSet set, DaemonSet? old) =>
        PodWarnings.OfTemplate(set.Spec.Template, old?.Spec.Template, "spec.template");

    private static void CheckStatus(DaemonSet set, DaemonSet old, FieldErrors errors)
    {
        var (status, at) = (set.Status, errors.At("status"));
        ReplicaCounts.NonNegative(
            at,
            ("currentNumberScheduled", status.CurrentNumberScheduled),
            ("numberMisscheduled", status.NumberMisscheduled),
            ("desiredNumberScheduled", status.DesiredNumberScheduled),
            ("numberReady", status.NumberReady),
            ("observedGeneration", status.ObservedGeneration),
            ("updatedNumberScheduled", status.UpdatedNumberScheduled),
            ("numberAvailable", status.NumberAvailable),
            ("numberUnavailable", status.NumberUnavailable));
        ReplicaCounts.NotDecremented(status.CollisionCount, old.Status.CollisionCount, at);
    }
}
