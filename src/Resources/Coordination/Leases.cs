using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Coordination;

namespace ControlPlane.Resources.Coordination;

/// <summary>Who leads, or lives, and until when that holds without a renewal.</summary>
internal sealed class Leases : ResourceDefinition<Lease>
{
    protected override void Declare(Declaration<Lease> resource) => resource
        .CreateOnUpdate()
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Holder", lease => lease.Spec.HolderIdentity ?? "")
        .AgeColumn();

    // Coordinated leader election is behind a gate that is off.
    protected override Lease PrepareForCreate(Lease value, WriteContext context) => WithoutCoordination(value);

    protected override Lease PrepareForUpdate(Lease value, Lease old, WriteContext context) =>
        old.Spec is { Strategy: null, PreferredHolder: null } ? WithoutCoordination(value) : value;

    protected override void Validate(Lease value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        if (value.Spec.LeaseDurationSeconds is { } seconds and <= 0)
            spec.At("leaseDurationSeconds").Invalid(seconds, "must be greater than 0");
        if (value.Spec.LeaseTransitions is { } transitions)
            spec.At("leaseTransitions").NonNegative(transitions);
    }

    private static Lease WithoutCoordination(Lease value) => value with { Spec = value.Spec with { Strategy = null, PreferredHolder = null } };
}
