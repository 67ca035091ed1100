using System.Globalization;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What is allowed of a persistent volume, and no longer does what it says (api/persistentvolume: util.go).</summary>
internal static class PersistentVolumeWarnings
{
    internal static IEnumerable<string> Of(PersistentVolume volume)
    {
        var annotations = volume.Metadata.Annotations;
        if (annotations.ContainsKey(PersistentVolumeClaims.ClassAnnotation))
            yield return $"metadata.annotations[{PersistentVolumeClaims.ClassAnnotation}]: {PersistentVolumeClaims.ClassAnnotationDeprecated}";
        var spec = volume.Spec;
        if (spec.PersistentVolumeReclaimPolicy == "Recycle")
            yield return "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
        var terms = spec.NodeAffinity?.Required?.NodeSelectorTerms ?? default;
        for (var i = 0; i < terms.Count; i++)
        {
            foreach (var text in NodeLabelWarnings.Of(terms[i], string.Create(CultureInfo.InvariantCulture, $"spec.nodeAffinity.required.nodeSelectorTerms[{i}]")))
                yield return text;
        }

        foreach (var text in Sources(spec))
            yield return text;
    }

    private static IEnumerable<string> Sources(PersistentVolumeSpec spec)
    {
        if (spec.Cephfs is not null)
            yield return "spec.cephfs: deprecated in v1.28, non-functional in v1.31+";
        if (spec.PhotonPersistentDisk is not null)
            yield return "spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+";
        if (spec.ScaleIO is not null)
            yield return "spec.scaleIO: deprecated in v1.16, non-functional in v1.22+";
        if (spec.Storageos is not null)
            yield return "spec.storageOS: deprecated in v1.22, non-functional in v1.25+";
        if (spec.Glusterfs is not null)
            yield return "spec.glusterfs: deprecated in v1.25, non-functional in v1.26+";
        if (spec.Rbd is not null)
            yield return "spec.rbd: deprecated in v1.28, non-functional in v1.31+";
    }
}
