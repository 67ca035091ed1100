using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Storage;

namespace ControlPlane.Resources.Storage;

/// <summary>How much storage of a class there is for a part of the nodes.</summary>
internal sealed class CSIStorageCapacities : ResourceDefinition<CSIStorageCapacity>
{
    protected override void Declare(Declaration<CSIStorageCapacity> resource) => resource
        .UpdateNeedsVersion()
        .MetadataChecksOnUpdate(4, asNew: true)
        .PlainColumns();

    protected override void Validate(CSIStorageCapacity value, FieldErrors errors)
    {
        errors.At("nodeTopology").Selector(value.NodeTopology);
        errors.At("storageClassName").Complain(value.StorageClassName, Names.Subdomain(value.StorageClassName));
        CheckQuantity(value.Capacity, errors.At("capacity"));
        CheckQuantity(value.MaximumVolumeSize, errors.At("maximumVolumeSize"));
    }

    protected override void ValidateUpdate(CSIStorageCapacity value, CSIStorageCapacity old, FieldErrors errors)
    {
        Validate(value, errors);
        if (value.NodeTopology != old.NodeTopology)
            errors.At("nodeTopology").Invalid(value.NodeTopology, "field is immutable");
        errors.At("storageClassName").Immutable(value.StorageClassName, old.StorageClassName, FieldErrors.Quote);
    }

    private static void CheckQuantity(Quantity? quantity, FieldErrors at)
    {
        if (quantity is { Sign: < 0 } negative)
            at.Invalid(negative.ToString(), "must be greater than or equal to 0");
    }
}
