using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Apps;

/// <summary>Keeps pods with names, addresses and volumes of their own.</summary>
internal sealed class StatefulSets : ResourceDefinition<StatefulSet>
{
    private const int RevisionHistoryLimit = 10; // apps/v1: SetDefaults_StatefulSet

    protected override void Declare(Declaration<StatefulSet> resource) => resource
        .WithStatus((set, other) => set with { Status = other.Status })
        .WithGeneration()
        .WithScale(
            set => set.Spec.Replicas ?? 0,
            set => set.Status.Replicas,
            set => PodTemplateColumns.ScaleText(set.Spec.Selector),
            (set, replicas) => set with { Spec = set.Spec with { Replicas = replicas } })
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("Ready", set => string.Create(CultureInfo.InvariantCulture, $"{set.Status.ReadyReplicas}/{set.Spec.Replicas ?? 0}"))
        .AgeColumn()
        .ContainerColumns(set => set.Spec.Template);

    protected override StatefulSet Default(StatefulSet set)
    {
        var spec = set.Spec;
        return set with
        {
            Spec = spec with
            {
                Replicas = spec.Replicas ?? 1,
                Template = spec.Template.Defaulted(),
                VolumeClaimTemplates = spec.VolumeClaimTemplates.DefaultEach(Defaulted),
                PodManagementPolicy = spec.PodManagementPolicy.Length > 0 ? spec.PodManagementPolicy : "OrderedReady",
                UpdateStrategy = Defaulted(spec.UpdateStrategy),
                RevisionHistoryLimit = spec.RevisionHistoryLimit ?? RevisionHistoryLimit,
                PersistentVolumeClaimRetentionPolicy = Defaulted(spec.PersistentVolumeClaimRetentionPolicy ?? new()),
            },
        };
    }

    private static StatefulSetPersistentVolumeClaimRetentionPolicy Defaulted(StatefulSetPersistentVolumeClaimRetentionPolicy policy) => policy with
    {
        WhenDeleted = policy.WhenDeleted.Length > 0 ? policy.WhenDeleted : "Retain",
        WhenScaled = policy.WhenScaled.Length > 0 ? policy.WhenScaled : "Retain",
    };

    // maxUnavailable is dropped: its feature gate (MaxUnavailableStatefulSet) is off.
    private static StatefulSetUpdateStrategy Defaulted(StatefulSetUpdateStrategy strategy)
    {
        if (strategy.Type is not ("" or "RollingUpdate"))
            return strategy;
        var rolling = strategy.RollingUpdate ?? new RollingUpdateStatefulSetStrategy();
        return strategy with { Type = "RollingUpdate", RollingUpdate = rolling with { Partition = rolling.Partition ?? 0, MaxUnavailable = null } };
    }

    private static PersistentVolumeClaim Defaulted(PersistentVolumeClaim claim) => claim with
    {
        Spec = claim.Spec.Defaulted(),
        Status = claim.Status.Phase.Length > 0 ? claim.Status : claim.Status with { Phase = "Pending" },
    };
}
