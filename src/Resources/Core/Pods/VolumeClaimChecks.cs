using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What a claim asks for: of claims, of ephemeral volumes and of the templates of StatefulSets.</summary>
internal static class VolumeClaimChecks
{
    private static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    internal static void Check(PersistentVolumeClaimSpec spec, FieldErrors at)
    {
        CheckAccessModes(spec, at.At("accessModes"));
        at.At("selector").Selector(spec.Selector);
        CheckStorage(spec, at.At("resources").Key("storage"));
        if (spec.StorageClassName is { Length: > 0 } storageClass)
            at.At("storageClassName").Complain(storageClass, Names.Subdomain(storageClass));
        if (spec.VolumeMode is { } mode)
            at.At("volumeMode").OneOf(mode, "Block", "Filesystem");
        if (spec.DataSource is { } source)
            CheckSource(source.ApiGroup, source.Kind, source.Name, at.At("dataSource"));
        if (spec.DataSourceRef is { } reference)
            CheckSource(reference.ApiGroup, reference.Kind, reference.Name, at.At("dataSourceRef"));
        if (spec.VolumeAttributesClassName is { Length: > 0 } attributes)
            at.At("volumeAttributesClassName").Complain(attributes, Names.Subdomain(attributes));
    }

    private static void CheckAccessModes(PersistentVolumeClaimSpec spec, FieldErrors at)
    {
        if (spec.AccessModes.IsEmpty)
            at.Required("at least 1 access mode is required");
        foreach (var mode in spec.AccessModes)
            at.OneOf(mode, AccessModes);
        if (spec.AccessModes.Contains("ReadWriteOncePod") && spec.AccessModes.Any(mode => mode != "ReadWriteOncePod"))
            at.Forbidden("may not use ReadWriteOncePod with other access modes");
    }

    private static void CheckStorage(PersistentVolumeClaimSpec spec, FieldErrors at)
    {
        if (!spec.Resources.Requests.TryGetValue("storage", out var storage))
            at.Required();
        else if (storage.Sign <= 0)
            at.Invalid(storage.ToString(), "must be greater than zero");
    }

    private static void CheckSource(string? group, string kind, string name, FieldErrors at)
    {
        if (name.Length == 0)
            at.At("name").Required();
        if (kind.Length == 0)
            at.At("kind").Required();
        if (string.IsNullOrEmpty(group) && kind.Length > 0 && kind != "PersistentVolumeClaim")
            at.Invalid(kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        else if (!string.IsNullOrEmpty(group))
            at.At("apiGroup").Complain(group, Names.Subdomain(group));
    }
}
