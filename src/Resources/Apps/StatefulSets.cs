using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Apps;

/// <summary>Keeps pods with names, addresses and volumes of their own.</summary>
internal sealed class StatefulSets : ResourceDefinition<StatefulSet>
{
    private const int RevisionHistoryLimit = 10; // apps/v1: SetDefaults_StatefulSet

    protected override void Declare(Declaration<StatefulSet> resource) => resource
        .WithStatus((set, other) => set with { Status = other.Status }, CheckStatus)
        .WithGeneration()
        .Names(Names.DnsLabel)
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
        if (strategy.Type is not ("" or "RollingUpdate") || strategy is { Type.Length: > 0, RollingUpdate: null })
            return strategy;
        var rolling = strategy.RollingUpdate ?? new RollingUpdateStatefulSetStrategy();
        return strategy with { Type = "RollingUpdate", RollingUpdate = rolling with { Partition = rolling.Partition ?? 0, MaxUnavailable = null } };
    }

    private static PersistentVolumeClaim Defaulted(PersistentVolumeClaim claim) => claim with
    {
        Spec = claim.Spec.Defaulted(),
        Status = claim.Status.Phase.Length > 0 ? claim.Status : claim.Status with { Phase = "Pending" },
    };

    protected override StatefulSet PrepareForCreate(StatefulSet set, WriteContext context) => WithoutDisabled(set, null, context);

    protected override StatefulSet PrepareForUpdate(StatefulSet set, StatefulSet old, WriteContext context) => WithoutDisabled(set, old, context);

    private static StatefulSet WithoutDisabled(StatefulSet set, StatefulSet? old, WriteContext context) =>
        set with { Spec = set.Spec with { Template = set.Spec.Template.WithoutDisabled(old?.Spec.Template, context.Features) } };

    protected override void Validate(StatefulSet set, FieldErrors errors) => Check(set, isNew: true, errors);

    private static void Check(StatefulSet set, bool isNew, FieldErrors errors)
    {
        var (spec, at) = (set.Spec, errors.At("spec"));
        if (spec.PodManagementPolicy is not ("OrderedReady" or "Parallel"))
            at.At("podManagementPolicy").Invalid(spec.PodManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
        CheckStrategy(spec.UpdateStrategy, at.At("updateStrategy"));
        if (spec.PersistentVolumeClaimRetentionPolicy is { } retention)
        {
            at.At("persistentVolumeClaimRetentionPolicy").At("whenDeleted").OneOf(retention.WhenDeleted, "Retain", "Delete");
            at.At("persistentVolumeClaimRetentionPolicy").At("whenScaled").OneOf(retention.WhenScaled, "Retain", "Delete");
        }

        at.At("replicas").NonNegative(spec.Replicas ?? 0);
        at.At("minReadySeconds").NonNegative(spec.MinReadySeconds);
        if (spec.Ordinals is { } ordinals)
            at.At("ordinals").At("start").NonNegative(ordinals.Start);
        TemplateChecks.CheckSelector(spec.Selector, "statefulset", at.At("selector"));
        CheckTemplate(spec, isNew, at);
        if (spec.RevisionHistoryLimit is { } limit)
            at.At("revisionHistoryLimit").NonNegative(limit);
    }

    protected override void ValidateUpdate(StatefulSet set, StatefulSet old, FieldErrors errors)
    {
        Check(set, isNew: false, errors);
        var rest = set.Spec with
        {
            Replicas = old.Spec.Replicas,
            Template = old.Spec.Template,
            UpdateStrategy = old.Spec.UpdateStrategy,
            MinReadySeconds = old.Spec.MinReadySeconds,
            Ordinals = old.Spec.Ordinals,
            RevisionHistoryLimit = old.Spec.RevisionHistoryLimit,
            PersistentVolumeClaimRetentionPolicy = old.Spec.PersistentVolumeClaimRetentionPolicy,
        };
        if (rest != old.Spec)
        {
            errors.At("spec").Forbidden(
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
        }
    }

    // Labels and annotations are checked with the template and once more with the pod that is made from it and from the claims.
    private static void CheckTemplate(StatefulSetSpec spec, bool isNew, FieldErrors at)
    {
        if (!TemplateChecks.TryParse(spec.Selector, out var selector))
        {
            at.At("selector").Invalid(spec.Selector, "");
            return;
        }

        var template = at.At("template");
        TemplateChecks.CheckMatch(spec.Template, selector, template);
        template.At("labels").Labels(spec.Template.Metadata.Labels);
        ObjectMetaRules.CheckAnnotations(spec.Template.Metadata.Annotations, template.At("annotations"));
        // Neither can change later, and what is stored already is let be.
        if (isNew && spec.ServiceName.Length > 0)
            at.At("serviceName").Complain(spec.ServiceName, Names.Label(spec.ServiceName));
        for (var i = 0; isNew && i < spec.VolumeClaimTemplates.Count; i++)
            PersistentVolumeClaimChecks.Check(spec.VolumeClaimTemplates[i].Spec, null, at.At("volumeClaimTemplates", i).At("spec"));
        PodValidation.CheckTemplate(WithClaims(spec), template);
        TemplateChecks.CheckEndless(spec.Template, "StatefulSet", template);
    }

    private static PodTemplateSpec WithClaims(StatefulSetSpec spec)
    {
        var claims = spec.VolumeClaimTemplates.Select(claim => claim.Metadata.Name).Distinct().ToList();
        var volumes = claims.Select(name => new Volume { Name = name, PersistentVolumeClaim = new PersistentVolumeClaimVolumeSource { ClaimName = name } });
        return spec.Template with
        {
            Spec = spec.Template.Spec with { Volumes = [.. volumes, .. spec.Template.Spec.Volumes.Where(volume => !claims.Contains(volume.Name))] },
        };
    }

    private static void CheckStrategy(StatefulSetUpdateStrategy strategy, FieldErrors at)
    {
        if (strategy.Type.Length == 0)
            at.Required();
        else if (strategy.Type == "OnDelete" && strategy.RollingUpdate is { } unused)
            at.At("rollingUpdate").Invalid(unused, "only allowed for updateStrategy 'RollingUpdate'");
        else if (strategy.Type == "RollingUpdate" && strategy.RollingUpdate is { Partition: { } partition })
            at.At("rollingUpdate").At("partition").NonNegative(partition);
        else if (strategy.Type is not ("RollingUpdate" or "OnDelete"))
            at.Invalid(strategy, "must be 'RollingUpdate' or 'OnDelete'");
    }

    protected override IEnumerable<string> Warnings(StatefulSet set, StatefulSet? old)
    {
        var claims = set.Spec.VolumeClaimTemplates.Select((claim, i) => PersistentVolumeClaims.Fractions(claim.Spec, PodWarnings.At("spec.volumeClaimTemplates", i)));
        IEnumerable<string> history = set.Spec.RevisionHistoryLimit < 0
            ? ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"]
            : [];
        return PodWarnings.OfTemplate(set.Spec.Template, old?.Spec.Template, "spec.template").Concat(claims.SelectMany(texts => texts)).Concat(history);
    }

    private static void CheckStatus(StatefulSet set, StatefulSet old, FieldErrors errors)
    {
        var (status, at) = (set.Status, errors.At("status"));
        ReplicaCounts.NonNegative(
            at,
            ("replicas", status.Replicas),
            ("readyReplicas", status.ReadyReplicas),
            ("currentReplicas", status.CurrentReplicas),
            ("updatedReplicas", status.UpdatedReplicas),
            ("availableReplicas", status.AvailableReplicas),
            ("observedGeneration", status.ObservedGeneration),
            ("collisionCount", status.CollisionCount));
        ReplicaCounts.Within(
            status.Replicas,
            at,
            ("readyReplicas", status.ReadyReplicas),
            ("currentReplicas", status.CurrentReplicas),
            ("updatedReplicas", status.UpdatedReplicas),
            ("availableReplicas", status.AvailableReplicas));
        ReplicaCounts.AvailableWithinReady(status.AvailableReplicas, status.ReadyReplicas, "status.readyReplicas", at);
        ReplicaCounts.NotDecremented(status.CollisionCount, old.Status.CollisionCount, at);
    }
}
