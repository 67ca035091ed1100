using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What one may ask of a namespace.</summary>
public static class NamespaceQuestions
{
    extension(Namespace value)
    {
        /// <summary>Is it on its way out? Nothing new may be made in it.</summary>
        public bool IsTerminating => value.Metadata.DeletionTimestamp is not null || value.Status.Phase == "Terminating";
    }
}

/// <summary>Holds objects, and takes them with it when it goes.</summary>
internal sealed class Namespaces : ResourceDefinition<Namespace>
{
    private const string Finalizer = "kubernetes";
    private const string NameLabel = "kubernetes.io/metadata.name";

    protected override void Declare(Declaration<Namespace> resource) => resource
        .Names(Names.DnsLabel)
        .WithStatus((value, other) => value with { Status = other.Status }, CheckStatusUpdate)
        .ResetFields("status")
        .StatusResetFields("spec")
        .DeletionHold(
            value => !value.Spec.Finalizers.IsEmpty,
            value => value with { Status = value.Status with { Phase = "Terminating" } })
        .NameColumn()
        .Column("Status", value => value.Status.Phase)
        .AgeColumn()
        .Selectable("status.phase", value => value.Status.Phase)
        .Selectable("name", value => value.Metadata.Name);

    protected override Namespace Default(Namespace value)
    {
        var name = value.Metadata.Name;
        if (value.Status.Phase.Length == 0)
            value = value with { Status = value.Status with { Phase = "Active" } };
        // The label is the name, whatever was sent, so that selectors can name a namespace. A generated name gets it when it is known.
        return name.Length == 0 || value.Metadata.Labels.Find(NameLabel) == name ? value : WithNameLabel(value);
    }

    protected override Namespace PrepareForCreate(Namespace value, WriteContext context)
    {
        if (!value.Spec.Finalizers.Contains(Finalizer))
            value = value with { Spec = value.Spec with { Finalizers = value.Spec.Finalizers.Add(Finalizer) } };
        return WithNameLabel(value) with { Status = new NamespaceStatus { Phase = "Active" } };
    }

    protected override Namespace PrepareForUpdate(Namespace value, Namespace old, WriteContext context) =>
        // Finalizers are taken by /finalize alone.
        context.Subresource == "finalize" ? value with { Status = old.Status } : value with { Spec = value.Spec with { Finalizers = old.Spec.Finalizers } };

    protected override void Validate(Namespace value, FieldErrors errors)
    {
        foreach (var finalizer in value.Spec.Finalizers)
            CheckFinalizer(finalizer, errors.At("spec").At("finalizers"));
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(Machinery.Meta.IApiObject value, Machinery.Meta.IApiObject old, WriteContext context, FieldErrors errors)
    {
        var finalizers = ((Namespace)value).Spec.Finalizers;
        for (var i = 0; context.Subresource == "finalize" && i < finalizers.Count; i++)
            CheckFinalizer(finalizers[i], errors.At("spec").At("finalizers", i));
    }

    private static void CheckFinalizer(string finalizer, FieldErrors at)
    {
        at.Complain(finalizer, Names.QualifiedName(finalizer));
        if (!finalizer.Contains('/', StringComparison.Ordinal) && finalizer is not (Finalizer or "orphan" or "foregroundDeletion"))
            at.Invalid(finalizer, "name is neither a standard finalizer name nor is it fully qualified");
    }

    private static void CheckStatusUpdate(Namespace value, Namespace old, FieldErrors errors)
    {
        var isDeleted = value.Metadata.DeletionTimestamp is not null; // and the field's name begins with a capital letter in upstream's paths
        if (!isDeleted && value.Status.Phase != "Active")
            errors.At("status").At("Phase").Invalid(value.Status.Phase, "may only be 'Active' if `deletionTimestamp` is empty");
        else if (isDeleted && value.Status.Phase != "Terminating")
            errors.At("status").At("Phase").Invalid(value.Status.Phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
    }

    private static Namespace WithNameLabel(Namespace value) =>
        value with { Metadata = value.Metadata with { Labels = value.Metadata.Labels.With(NameLabel, value.Metadata.Name) } };
}
