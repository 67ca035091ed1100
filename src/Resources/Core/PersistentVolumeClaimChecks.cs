using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What a claim asks for, in upstream's order: of claims, of ephemeral volumes and of the templates of StatefulSets.</summary>
internal static class PersistentVolumeClaimChecks
{
    internal const string Once = "ReadWriteOncePod";
    internal const string MixedOnce = "may not use ReadWriteOncePod with other access modes";

    internal static readonly string[] AccessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", Once];

    private const string Claim = "PersistentVolumeClaim";

    /// <param name="value">The claim's, or a template's.</param>
    /// <param name="old">What it was: groups of its sources that were let in before stay, whatever they look like.</param>
    /// <param name="spec">At the spec.</param>
    internal static void Check(PersistentVolumeClaimSpec value, PersistentVolumeClaimSpec? old, FieldErrors spec)
    {
        if (value.AccessModes.IsEmpty)
            spec.At("accessModes").Required("at least 1 access mode is required");
        if (old?.Selector is null || old.Selector != value.Selector)
            spec.At("selector").Selector(value.Selector);
        CheckModes(value.AccessModes, spec.At("accessModes"));
        CheckSize(value.Resources, spec.At("resources").Key("storage"));
        if (value.StorageClassName is { Length: > 0 } name)
            spec.At("storageClassName").Complain(name, Names.Subdomain(name));
        if (value.VolumeMode is { } mode)
            spec.At("volumeMode").OneOf(mode, "Block", "Filesystem");
        CheckSources(value, old?.DataSource?.ApiGroup is not null || old?.DataSourceRef?.ApiGroup is not null, spec);
        if (value.VolumeAttributesClassName is { Length: > 0 } attributes)
            spec.At("volumeAttributesClassName").Complain(attributes, Names.Subdomain(attributes));
    }

    internal static void CheckModes(ValueList<string> modes, FieldErrors at)
    {
        foreach (var mode in modes)
            at.OneOf(mode, AccessModes);
        if (modes.Contains(Once) && modes.Any(mode => mode != Once && AccessModes.Contains(mode)))
            at.Forbidden(MixedOnce);
    }

    private static void CheckSize(VolumeResourceRequirements resources, FieldErrors at)
    {
        if (!resources.Requests.TryGetValue("storage", out var size))
            at.Required();
        else if (size.Sign <= 0)
            at.Invalid(size.ToString(), "must be greater than zero");
    }

    private static void CheckSources(PersistentVolumeClaimSpec value, bool isAnyGroup, FieldErrors spec)
    {
        if (value.DataSource is { } source)
            CheckSource(source.Name, source.Kind, source.ApiGroup, isAnyGroup, spec.At("dataSource"));
        if (value.DataSourceRef is { } reference)
        {
            CheckSource(reference.Name, reference.Kind, reference.ApiGroup, isAnyGroup, spec.At("dataSourceRef"));
            if (!string.IsNullOrEmpty(reference.Namespace))
                spec.At("dataSourceRef").At("namespace").Complain(reference.Namespace, Names.Label(reference.Namespace));
        }

        if (value is not { DataSource: { } old, DataSourceRef: { } given })
            return;
        if (!string.IsNullOrEmpty(given.Namespace))
            spec.InvalidPrinted("{}", "may not be specified when dataSourceRef.namespace is specified");
        else if ((old.Name, old.Kind, old.ApiGroup) != (given.Name, given.Kind, given.ApiGroup))
            spec.InvalidPrinted("{}", "must match dataSourceRef");
    }

    private static void CheckSource(string name, string kind, string? group, bool isAnyGroup, FieldErrors at)
    {
        if (name.Length == 0)
            at.At("name").Required();
        if (kind.Length == 0)
            at.At("kind").Required();
        if (string.IsNullOrEmpty(group) && kind != Claim)
            at.Invalid(kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
        if (!string.IsNullOrEmpty(group) && !isAnyGroup)
            at.At("apiGroup").Complain(group, Names.Subdomain(group));
    }
}
