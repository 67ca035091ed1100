using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Selectors;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Keeps a number of pods running; the oldest of its kind, selecting by labels alone.</summary>
internal sealed class ReplicationControllers : ResourceDefinition<ReplicationController>
{
    protected override void Declare(Declaration<ReplicationController> resource) => resource
        .WithStatus((controller, other) => controller with { Status = other.Status })
        .WithGeneration()
        .WithScale(
            controller => controller.Spec.Replicas ?? 0,
            controller => controller.Status.Replicas,
            controller => LabelSelector.OfLabels(controller.Spec.Selector).ToString(),
            (controller, replicas) => controller with { Spec = controller.Spec with { Replicas = replicas } })
        .Selectable("status.replicas", controller => controller.Status.Replicas.ToString(System.Globalization.CultureInfo.InvariantCulture))
        .OrphansByDefault()
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("Desired", controller => controller.Spec.Replicas ?? 0, type: "integer")
        .Column("Current", controller => controller.Status.Replicas, type: "integer")
        .Column("Ready", controller => controller.Status.ReadyReplicas, type: "integer")
        .AgeColumn()
        .ContainerColumns(controller => controller.Spec.Template)
        .Column("Selector", controller => PodTemplateColumns.Text(controller.Spec.Selector), wide: true);

    protected override ReplicationController Default(ReplicationController controller)
    {
        var spec = controller.Spec;
        var labels = spec.Template?.Metadata.Labels ?? default;
        return controller with
        {
            Metadata = controller.Metadata.Labels.IsEmpty && !labels.IsEmpty ? controller.Metadata with { Labels = labels } : controller.Metadata,
            Spec = spec with
            {
                Replicas = spec.Replicas ?? 1,
                Selector = spec.Selector.IsEmpty && !labels.IsEmpty ? labels : spec.Selector,
                Template = spec.Template?.Defaulted(),
            },
        };
    }
}
