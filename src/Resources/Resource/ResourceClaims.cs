using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>Asks for devices.</summary>
internal sealed class ResourceClaims : ResourceDefinition<ResourceClaim>
{
    protected override void Declare(Declaration<ResourceClaim> resource) => resource
        .WithStatus((claim, other) => claim with { Status = other.Status }, ResourceClaimStatusChecks.Check)
        .ResetFields("status")
        .StatusResetFields("metadata", "spec")
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("State", State)
        .AgeColumn();

    protected override ResourceClaim Default(ResourceClaim value) => value with { Spec = WithDefaults(value.Spec) };

    protected override void Validate(ResourceClaim value, FieldErrors errors) => DeviceClaimChecks.Check(value.Spec.Devices, errors.At("spec").At("devices"));

    protected override void ValidateUpdate(ResourceClaim value, ResourceClaim old, FieldErrors errors)
    {
        if (value.Spec != old.Spec)
            errors.At("spec").InvalidPrinted("{}", "field is immutable");
    }

    internal static ResourceClaimSpec WithDefaults(ResourceClaimSpec spec) =>
        spec with { Devices = spec.Devices with { Requests = spec.Devices.Requests.IsEmpty ? default : spec.Devices.Requests.DefaultEach(WithDefaults) } };

    private static DeviceRequest WithDefaults(DeviceRequest request) => request with
    {
        Exactly = request.Exactly is { } exactly ? exactly with { AllocationMode = Mode(exactly.AllocationMode), Count = Count(exactly.AllocationMode, exactly.Count) } : null,
        FirstAvailable = request.FirstAvailable
            .Select(choice => choice with { AllocationMode = Mode(choice.AllocationMode), Count = Count(choice.AllocationMode, choice.Count) }).ToValueList(),
    };

    private static string Mode(string mode) => mode.Length == 0 ? "ExactCount" : mode;

    private static long Count(string mode, long count) => count == 0 && mode is ("" or "ExactCount") ? 1 : count;

    private static TableCell State(ResourceClaim claim)
    {
        var states = new List<string>();
        if (claim.Metadata.DeletionTimestamp is not null)
            states.Add("deleted");
        if (claim.Status.Allocation is not null)
            states.Add("allocated");
        else if (claim.Metadata.DeletionTimestamp is null)
            states.Add("pending");
        if (!claim.Status.ReservedFor.IsEmpty)
            states.Add("reserved");
        return string.Join(",", states);
    }
}
