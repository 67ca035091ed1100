using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Storage;

namespace ControlPlane.Resources.Storage;

/// <summary>What a volume driver can do and needs.</summary>
internal sealed class CSIDrivers : ResourceDefinition<CSIDriver>
{
    private const int MaxNameLength = 63; // upstream: pkg/apis/core/validation, ValidateCSIDriverName
    private const long MinTokenSeconds = 600; // upstream: pkg/apis/storage/validation, validateTokenRequests

    protected override void Declare(Declaration<CSIDriver> resource) => resource
        .UpdateNeedsVersion()
        .WithGenerationFromZero()
        .NameColumn()
        .Column("AttachRequired", driver => driver.Spec.AttachRequired ?? true, type: "boolean")
        .Column("PodInfoOnMount", driver => driver.Spec.PodInfoOnMount ?? false, type: "boolean")
        .Column("StorageCapacity", driver => driver.Spec.StorageCapacity ?? false, type: "boolean")
        .Column("TokenRequests", driver => driver.Spec.TokenRequests.IsEmpty ? CellTexts.Unset : string.Join(",", driver.Spec.TokenRequests.Select(token => token.Audience)))
        .Column("RequiresRepublish", driver => driver.Spec.RequiresRepublish ?? false, type: "boolean")
        .Column("Modes", driver => CellTexts.OrNone(string.Join(",", driver.Spec.VolumeLifecycleModes)))
        .AgeColumn();

    protected override CSIDriver Default(CSIDriver value)
    {
        var spec = value.Spec;
        return value with
        {
            Spec = spec with
            {
                AttachRequired = spec.AttachRequired ?? true,
                PodInfoOnMount = spec.PodInfoOnMount ?? false,
                StorageCapacity = spec.StorageCapacity ?? false,
                RequiresRepublish = spec.RequiresRepublish ?? false,
                SeLinuxMount = spec.SeLinuxMount ?? false,
                FsGroupPolicy = spec.FsGroupPolicy ?? "ReadWriteOnceWithFSType",
                VolumeLifecycleModes = spec.VolumeLifecycleModes.IsEmpty ? ["Persistent"] : spec.VolumeLifecycleModes,
            },
        };
    }

    protected override void Validate(CSIDriver value, FieldErrors errors)
    {
        if (value.Metadata.Name.Length is > MaxNameLength and <= 253)
            errors.At("metadata").At("name").TooLong(MaxNameLength);
        var spec = errors.At("spec");
        if (value.Spec.AttachRequired is null)
            spec.At("attachRequired").Required();
        if (value.Spec.PodInfoOnMount is null)
            spec.At("podInfoOnMount").Required();
        if (value.Spec.StorageCapacity is null)
            spec.At("storageCapacity").Required();
        if (value.Spec.FsGroupPolicy is { } policy)
            spec.At("fsGroupPolicy").OneOf(policy, "File", "None", "ReadWriteOnceWithFSType");
        CheckTokens(value.Spec.TokenRequests, spec.At("tokenRequests"));
        foreach (var mode in value.Spec.VolumeLifecycleModes)
            spec.At("volumeLifecycleModes").OneOf(mode, "Persistent", "Ephemeral");
    }

    protected override void ValidateUpdate(CSIDriver value, CSIDriver old, FieldErrors errors)
    {
        Validate(value, errors);
        var spec = errors.At("spec");
        if (value.Spec.AttachRequired != old.Spec.AttachRequired)
            spec.At("attachedRequired").InvalidPrinted(value.Spec.AttachRequired is true ? "true" : "false", "field is immutable");
        if (value.Spec.VolumeLifecycleModes != old.Spec.VolumeLifecycleModes)
            spec.At("volumeLifecycleModes").InvalidPrinted(Core.Printing.Of(value.Spec.VolumeLifecycleModes), "field is immutable");
    }

    protected override IEnumerable<string> Warnings(CSIDriver value, CSIDriver? old)
    {
        if (!value.Spec.TokenRequests.IsEmpty && value.Spec.TokenRequests != old?.Spec.TokenRequests && value.Spec.ServiceAccountTokenInSecrets is null)
            yield return "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";
    }

    private static void CheckTokens(ValueList<TokenRequest> tokens, FieldErrors at)
    {
        var audiences = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (!audiences.Add(tokens[i].Audience))
                at.At(i).At("audience").Duplicate(tokens[i].Audience);
            if (tokens[i].ExpirationSeconds is not { } seconds)
                continue;
            if (seconds < MinTokenSeconds)
                at.At(i).At("expirationSeconds").Invalid(seconds, "may not specify a duration less than 10 minutes");
            if (seconds > 1L << 32)
                at.At(i).At("expirationSeconds").Invalid(seconds, "may not specify a duration larger than 2^32 seconds");
        }
    }
}
