using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A pod's volumes that no longer work, or whose files are in each other's way (api/pod: warnings.go).</summary>
internal static class VolumeWarnings
{
    /// <param name="path">The list's.</param>
    internal static IEnumerable<string> Of(ValueList<Volume> volumes, string path)
    {
        for (var i = 0; i < volumes.Count; i++)
        {
            foreach (var text in OfSource(volumes[i], PodWarnings.At(path, i)))
                yield return text;
        }

        foreach (var volume in volumes.AsEnumerable())
        {
            foreach (var text in VolumePaths.Overlaps(volume))
                yield return text;
            var isHollow = volume.Projected?.Sources.Any(source => source is
            {
                Secret: null, ConfigMap: null, DownwardAPI: null, ServiceAccountToken: null, ClusterTrustBundle: null, PodCertificate: null,
            });
            if (isHollow is true)
                yield return $"volume \"{volume.Name}\" (Projected) has no sources provided";
        }
    }

    private static IEnumerable<string> OfSource(Volume volume, string path)
    {
        if (volume.PhotonPersistentDisk is not null)
            yield return path + ".photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+";
        if (volume.GitRepo is not null)
            yield return path + ".gitRepo: deprecated in v1.11, and disabled by default in v1.33+";
        if (volume.ScaleIO is not null)
            yield return path + ".scaleIO: deprecated in v1.16, non-functional in v1.22+";
        if (volume.Flocker is not null)
            yield return path + ".flocker: deprecated in v1.22, non-functional in v1.25+";
        if (volume.Storageos is not null)
            yield return path + ".storageOS: deprecated in v1.22, non-functional in v1.25+";
        if (volume.Quobyte is not null)
            yield return path + ".quobyte: deprecated in v1.22, non-functional in v1.25+";
        if (volume.Glusterfs is not null)
            yield return path + ".glusterfs: deprecated in v1.25, non-functional in v1.26+";
        if (volume.Ephemeral?.VolumeClaimTemplate is { } template)
        {
            foreach (var text in PersistentVolumeClaims.Fractions(template.Spec, path + ".ephemeral.volumeClaimTemplate.spec"))
                yield return text;
        }

        if (volume.Cephfs is not null)
            yield return path + ".cephfs: deprecated in v1.28, non-functional in v1.31+";
        if (volume.Rbd is not null)
            yield return path + ".rbd: deprecated in v1.28, non-functional in v1.31+";
    }
}
