using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>All that can be wrong with a claim, in upstream's order.</summary>
internal static class PersistentVolumeClaimChecks
{
    private const string Once = "ReadWriteOncePod";
    private const string Claim = "PersistentVolumeClaim";

    internal static void Check(PersistentVolumeClaimSpec value, FieldErrors spec)
    {
        if (value.AccessModes.IsEmpty)
            spec.At("accessModes").Required("at least 1 access mode is required");
        spec.At("selector").Selector(value.Selector);
        CheckModes(value.AccessModes, spec.At("accessModes"));
        CheckSize(value.Resources, spec.At("resources"));
        if (value.StorageClassName is { Length: > 0 } name)
            spec.At("storageClassName").Complain(name, Names.Subdomain(name));
        if (value.VolumeMode is { } mode)
            spec.At("volumeMode").OneOf(mode, "Block", "Filesystem");
        if (value.DataSource is { } source)
            CheckSource(source.Name, source.Kind, source.ApiGroup, null, spec.At("dataSource"));
        if (value.DataSourceRef is { } reference)
            CheckSource(reference.Name, reference.Kind, reference.ApiGroup, reference.Namespace, spec.At("dataSourceRef"));
        if (value is { DataSource: { } old, DataSourceRef: { } given } && (old.Name, old.Kind, old.ApiGroup) != (given.Name, given.Kind, given.ApiGroup))
            spec.InvalidPrinted("{}", "must match dataSourceRef");
        if (value.VolumeAttributesClassName is { Length: > 0 } attributes)
            spec.At("volumeAttributesClassName").Complain(attributes, Names.Subdomain(attributes));
    }

    internal static void CheckUpdate(PersistentVolumeClaim value, PersistentVolumeClaim old, FieldErrors errors)
    {
        var spec = errors.At("spec");
        Check(value.Spec, spec);
        // A claim finds its volume once, may be given a class as long as it has none, and may ask for more.
        var kept = value.Spec with { VolumeName = old.Spec.VolumeName.Length == 0 ? "" : value.Spec.VolumeName, VolumeAttributesClassName = old.Spec.VolumeAttributesClassName };
        if (old.Spec.StorageClassName is null)
            kept = kept with { StorageClassName = null };
        if (old.Status.Phase == "Bound")
            kept = kept with { Resources = kept.Resources with { Requests = old.Spec.Resources.Requests } };
        if (kept != old.Spec)
            spec.Forbidden("spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
        if (value.Spec.Resources.Requests.Find("storage") < old.Spec.Resources.Requests.Find("storage")
            && (old.Status.Phase != "Bound" || value.Spec.Resources.Requests.Find("storage") <= old.Status.Capacity.Find("storage")))
            spec.At("resources").At("requests").At("storage").Forbidden("field can not be less than status.capacity");
        errors.At("volumeMode").Immutable(value.Spec.VolumeMode, old.Spec.VolumeMode, FieldErrors.Quote);
    }

    private static void CheckModes(ValueList<string> modes, FieldErrors at)
    {
        foreach (var mode in modes)
            at.OneOf(mode, "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", Once);
        if (modes.Contains(Once) && modes.Any(mode => mode != Once))
            at.Forbidden("may not use ReadWriteOncePod with other access modes");
    }

    private static void CheckSize(VolumeResourceRequirements resources, FieldErrors at)
    {
        if (!resources.Requests.TryGetValue("storage", out var size))
        {
            at.Key("storage").Required();
            return;
        }

        if (size.Sign <= 0)
            at.Key("storage").Invalid(size.ToString(), "must be greater than zero");
    }

    private static void CheckSource(string name, string kind, string? group, string? namespaceName, FieldErrors at)
    {
        if (name.Length == 0)
            at.At("name").Required();
        if (kind.Length == 0)
            at.At("kind").Required();
        if (string.IsNullOrEmpty(group) && kind != Claim)
            at.Invalid(kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        if (!string.IsNullOrEmpty(group))
            at.At("apiGroup").Complain(group, Names.Subdomain(group));
        if (!string.IsNullOrEmpty(namespaceName))
            at.At("namespace").Complain(namespaceName, Names.Label(namespaceName));
    }
}
