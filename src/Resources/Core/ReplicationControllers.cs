using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Keeps a number of pods running; the oldest of its kind, selecting by labels alone.</summary>
internal sealed class ReplicationControllers : ResourceDefinition<ReplicationController>
{
    protected override void Declare(Declaration<ReplicationController> resource) => resource
        .WithStatus((controller, other) => controller with { Status = other.Status }, CheckStatus)
        .WithGeneration()
        .Names(Names.LongName)
        .WithScale(
            controller => controller.Spec.Replicas ?? 0,
            controller => controller.Status.Replicas,
            controller => PodTemplateColumns.ScaleText(new LabelSelector { MatchLabels = controller.Spec.Selector }),
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

    protected override ReplicationController PrepareForCreate(ReplicationController controller, WriteContext context) => WithoutDisabled(controller, null, context);

    protected override ReplicationController PrepareForUpdate(ReplicationController controller, ReplicationController old, WriteContext context) => WithoutDisabled(controller, old, context);

    private static ReplicationController WithoutDisabled(ReplicationController controller, ReplicationController? old, WriteContext context) =>
        controller with { Spec = controller.Spec with { Template = controller.Spec.Template?.WithoutDisabled(old?.Spec.Template, context.Features) } };

    protected override void Validate(ReplicationController controller, FieldErrors errors)
    {
        var (spec, at) = (controller.Spec, errors.At("spec"));
        at.At("minReadySeconds").NonNegative(spec.MinReadySeconds);
        if (spec.Selector.IsEmpty)
            at.At("selector").Required();
        if (spec.Replicas is { } replicas)
            at.At("replicas").NonNegative(replicas);
        else
            at.At("replicas").Required();
        if (spec.Template is not { } template)
        {
            at.At("template").Required();
            return;
        }

        var labels = template.Metadata.Labels;
        if (spec.Selector.Any(entry => !labels.TryGetValue(entry.Key, out var value) || value != entry.Value))
            at.At("template").At("metadata").At("labels").InvalidPrinted(Printing.Of(labels), TemplateChecks.NoMatch);
        PodValidation.CheckTemplate(template, at.At("template"));
        TemplateChecks.CheckEndless(template, "ReplicationController", at.At("template"));
    }

    protected override IEnumerable<string> Warnings(ReplicationController controller, ReplicationController? old) =>
        (old is null ? PodWarnings.OfName(controller.Metadata.Name) : [])
            .Concat(controller.Spec.Template is { } template ? PodWarnings.OfTemplate(template, old?.Spec.Template, "spec.template") : []);

    private static void CheckStatus(ReplicationController controller, ReplicationController old, FieldErrors errors)
    {
        var (status, at) = (controller.Status, errors.At("status"));
        Apps.ReplicaCounts.NonNegative(
            at,
            ("replicas", status.Replicas),
            ("fullyLabeledReplicas", status.FullyLabeledReplicas),
            ("readyReplicas", status.ReadyReplicas),
            ("availableReplicas", status.AvailableReplicas),
            ("observedGeneration", status.ObservedGeneration));
        Apps.ReplicaCounts.Within(
            status.Replicas,
            at,
            ("fullyLabeledReplicas", status.FullyLabeledReplicas),
            ("readyReplicas", status.ReadyReplicas),
            ("availableReplicas", status.AvailableReplicas));
        Apps.ReplicaCounts.AvailableWithinReady(status.AvailableReplicas, status.ReadyReplicas, "readyReplicas", at);
    }
}
