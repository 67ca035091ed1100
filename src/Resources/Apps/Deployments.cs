using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Apps;

namespace ControlPlane.Resources.Apps;

/// <summary>Rolls out a template: one ReplicaSet for each of its revisions.</summary>
internal sealed class Deployments : ResourceDefinition<Deployment>
{
    private const int RevisionHistoryLimit = 10; // apps/v1: SetDefaults_Deployment
    private const int ProgressDeadlineSeconds = 600;

    private static readonly IntOrString Quarter = new("25%");

    protected override void Declare(Declaration<Deployment> resource) => resource
        .WithStatus((deployment, other) => deployment with { Status = other.Status }, CheckStatus)
        .WithGeneration((deployment, old) => deployment.Metadata.Annotations != old.Metadata.Annotations)
        .WithScale(
            deployment => deployment.Spec.Replicas ?? 0,
            deployment => deployment.Status.Replicas,
            deployment => PodTemplateColumns.ScaleText(deployment.Spec.Selector),
            (deployment, replicas) => deployment with { Spec = deployment.Spec with { Replicas = replicas } })
        .ResetFields("status")
        .StatusResetFields("spec", "metadata.labels")
        .NameColumn()
        .Column("Ready", deployment => string.Create(CultureInfo.InvariantCulture, $"{deployment.Status.ReadyReplicas}/{deployment.Spec.Replicas ?? 0}"))
        .Column("Up-to-date", deployment => deployment.Status.UpdatedReplicas)
        .Column("Available", deployment => deployment.Status.AvailableReplicas)
        .AgeColumn()
        .ContainerColumns(deployment => deployment.Spec.Template)
        .SelectorColumn(deployment => deployment.Spec.Selector);

    protected override Deployment Default(Deployment deployment) => deployment with
    {
        Spec = deployment.Spec with
        {
            Replicas = deployment.Spec.Replicas ?? 1,
            Template = deployment.Spec.Template.Defaulted(),
            Strategy = Defaulted(deployment.Spec.Strategy),
            RevisionHistoryLimit = deployment.Spec.RevisionHistoryLimit ?? RevisionHistoryLimit,
            ProgressDeadlineSeconds = deployment.Spec.ProgressDeadlineSeconds ?? ProgressDeadlineSeconds,
        },
    };

    protected override Deployment PrepareForCreate(Deployment deployment, WriteContext context) => WithoutDisabled(deployment, null, context);

    protected override Deployment PrepareForUpdate(Deployment deployment, Deployment old, WriteContext context) => context.Subresource == "status"
        ? deployment with { Metadata = deployment.Metadata with { Labels = old.Metadata.Labels } }
        : WithoutDisabled(deployment, old, context);

    private static Deployment WithoutDisabled(Deployment deployment, Deployment? old, WriteContext context) =>
        deployment with { Spec = deployment.Spec with { Template = deployment.Spec.Template.WithoutDisabled(old?.Spec.Template, context.Features) } };

    private static DeploymentStrategy Defaulted(DeploymentStrategy strategy)
    {
        if (strategy.Type is not ("" or "RollingUpdate"))
            return strategy;
        var rolling = strategy.RollingUpdate ?? new RollingUpdateDeployment();
        return strategy with
        {
            Type = "RollingUpdate",
            RollingUpdate = rolling with { MaxUnavailable = rolling.MaxUnavailable ?? Quarter, MaxSurge = rolling.MaxSurge ?? Quarter },
        };
    }

    protected override void Validate(Deployment deployment, FieldErrors errors)
    {
        var (spec, at) = (deployment.Spec, errors.At("spec"));
        at.At("replicas").NonNegative(spec.Replicas ?? 0);
        TemplateChecks.CheckSelector(spec.Selector, "deployment", at.At("selector"));
        TemplateChecks.CheckTemplate(spec.Template, spec.Selector, "ReplicaSet", at);
        CheckStrategy(spec.Strategy, at.At("strategy"));
        at.At("minReadySeconds").NonNegative(spec.MinReadySeconds);
        if (spec.RevisionHistoryLimit is { } limit)
            at.At("revisionHistoryLimit").NonNegative(limit);
        if (spec.ProgressDeadlineSeconds is not { } deadline)
            return;
        at.At("progressDeadlineSeconds").NonNegative(deadline);
        if (deadline <= spec.MinReadySeconds)
            at.At("progressDeadlineSeconds").Invalid(deadline, "must be greater than minReadySeconds");
    }

    protected override void ValidateUpdate(Deployment deployment, Deployment old, FieldErrors errors)
    {
        Validate(deployment, errors);
        TemplateChecks.CheckUnchanged(deployment.Spec.Selector, old.Spec.Selector, errors.At("spec").At("selector"));
    }

    private static void CheckStrategy(DeploymentStrategy strategy, FieldErrors at)
    {
        if (strategy.Type == "Recreate")
        {
            if (strategy.RollingUpdate is not null)
                at.At("rollingUpdate").Forbidden("may not be specified when strategy `type` is 'Recreate'");
        }
        else if (strategy.Type != "RollingUpdate")
        {
            at.NotSupportedPrinted(strategy, "Recreate", "RollingUpdate");
        }
        else if (strategy.RollingUpdate is { } rolling)
        {
            RolloutChecks.CheckBoth(rolling.MaxUnavailable, rolling.MaxSurge, at.At("rollingUpdate"));
        }
    }

    protected override IEnumerable<string> Warnings(Deployment deployment, Deployment? old) =>
        (old is null ? PodWarnings.OfName(deployment.Metadata.Name) : []).Concat(PodWarnings.OfTemplate(deployment.Spec.Template, old?.Spec.Template, "spec.template"));

    private static void CheckStatus(Deployment deployment, Deployment old, FieldErrors errors)
    {
        var (status, at) = (deployment.Status, errors.At("status"));
        ReplicaCounts.NonNegative(
            at,
            ("observedGeneration", status.ObservedGeneration),
            ("replicas", status.Replicas),
            ("updatedReplicas", status.UpdatedReplicas),
            ("readyReplicas", status.ReadyReplicas),
            ("availableReplicas", status.AvailableReplicas),
            ("unavailableReplicas", status.UnavailableReplicas),
            ("terminatingReplicas", status.TerminatingReplicas),
            ("collisionCount", status.CollisionCount));
        ReplicaCounts.Within(
            status.Replicas, at, ("updatedReplicas", status.UpdatedReplicas), ("readyReplicas", status.ReadyReplicas), ("availableReplicas", status.AvailableReplicas));
        ReplicaCounts.AvailableWithinReady(status.AvailableReplicas, status.ReadyReplicas, "readyReplicas", at);
        ReplicaCounts.NotDecremented(status.CollisionCount, old.Status.CollisionCount, at);
    }
}
