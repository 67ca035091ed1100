using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Values;
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
        .WithStatus((set, other) => set with { Status = other.Status })
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

    protected override DaemonSet PrepareForCreate(DaemonSet set, WriteContext context) => WithTemplateGeneration(set, Math.Max(1, TemplateGenerationOf(set)));

    protected override DaemonSet PrepareForUpdate(DaemonSet set, DaemonSet old, WriteContext context)
    {
        var generation = TemplateGenerationOf(old);
        return WithTemplateGeneration(set, context.Subresource.Length == 0 && set.Spec.Template != old.Spec.Template ? generation + 1 : generation);
    }

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
}
