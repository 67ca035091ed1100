using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Features;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// What a claim's volume is to be filled from is said in one of two fields: the old one knows claims and snapshots only, and drops what it doesn't know; the
/// new one knows anything. Each is made from the other where one is missing (upstream: pkg/api/persistentvolumeclaim).
/// </summary>
internal static class ClaimSources
{
    /// <summary>Without a source that the old field does not know.</summary>
    internal static PersistentVolumeClaimSpec Known(PersistentVolumeClaimSpec spec) =>
        spec.DataSource is null || IsKnown(spec.DataSource) ? spec : spec with { DataSource = null };

    /// <summary>Without a source in another namespace, where that is off and was not there before (api/persistentvolumeclaim: DropDisabledFields).</summary>
    internal static PersistentVolumeClaimSpec OfOwnNamespace(PersistentVolumeClaimSpec spec, PersistentVolumeClaimSpec? old, FeatureGates features)
    {
        var isForeign = spec.DataSourceRef is { Namespace.Length: > 0 } && old?.DataSourceRef is not { Namespace.Length: > 0 };
        return isForeign && !features.IsEnabled("CrossNamespaceVolumeDataSource") ? spec with { DataSourceRef = null } : spec;
    }

    /// <summary>With both fields where one was given.</summary>
    internal static PersistentVolumeClaimSpec Normalized(PersistentVolumeClaimSpec spec) => spec switch
    {
        { DataSource: { } source, DataSourceRef: null } =>
            spec with { DataSourceRef = new() { ApiGroup = source.ApiGroup, Kind = source.Kind, Name = source.Name } },
        { DataSource: null, DataSourceRef: { } source } when string.IsNullOrEmpty(source.Namespace) =>
            spec with { DataSource = new() { ApiGroup = source.ApiGroup, Kind = source.Kind, Name = source.Name } },
        _ => spec,
    };

    private static bool IsKnown(TypedLocalObjectReference source) =>
        (source.Kind, source.ApiGroup ?? "") is ("PersistentVolumeClaim", "") or ("VolumeSnapshot", "snapshot.storage.k8s.io");
}
