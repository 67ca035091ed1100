using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Values;
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
        .WithStatus((deployment, other) => deployment with { Status = other.Status })
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

    protected override Deployment PrepareForUpdate(Deployment deployment, Deployment old, WriteContext context) => context.Subresource == "status"
        ? deployment with { Metadata = deployment.Metadata with { Labels = old.Metadata.Labels } }
        : deployment;

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
}
