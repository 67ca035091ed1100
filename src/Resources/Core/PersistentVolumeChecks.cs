using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>All that can be wrong with a volume, in upstream's order.</summary>
internal static class PersistentVolumeChecks
{
    internal static void Check(PersistentVolume volume, FieldErrors errors)
    {
        var (value, spec) = (volume.Spec, errors.At("spec"));
        CheckModes(value.AccessModes, spec.At("accessModes"));
        CheckCapacity(value.Capacity, spec.At("capacity"));
        if (value.PersistentVolumeReclaimPolicy.Length > 0)
            spec.At("persistentVolumeReclaimPolicy").OneOf(value.PersistentVolumeReclaimPolicy, "Delete", "Recycle", "Retain");
        CheckAffinity(value.NodeAffinity, spec.At("nodeAffinity"));
        CheckSource(value, volume.Metadata.Name, spec);
        if (value.HostPath is { Path: "/" } && value.PersistentVolumeReclaimPolicy == "Recycle")
            spec.At("persistentVolumeReclaimPolicy").Forbidden("may not be 'recycle' for a hostPath mount of '/'");
        if (value.StorageClassName.Length > 0)
            spec.At("storageClassName").Complain(value.StorageClassName, Names.Subdomain(value.StorageClassName));
        if (value.VolumeMode is { } mode)
            spec.At("volumeMode").OneOf(mode, "Block", "Filesystem");
    }

    internal static void CheckUpdate(PersistentVolume volume, PersistentVolume old, FieldErrors errors)
    {
        // Upstream checks the new volume on its own and as part of the change.
        Check(volume, errors);
        Check(volume, errors);
        if (SourceOf(volume.Spec) != SourceOf(old.Spec))
            errors.At("spec").At("persistentvolumesource").Forbidden("spec.persistentvolumesource is immutable after creation");
        errors.At("spec").At("volumeMode").Immutable(volume.Spec.VolumeMode, old.Spec.VolumeMode, FieldErrors.Quote);
        if (old.Spec.NodeAffinity is not null && volume.Spec.NodeAffinity != old.Spec.NodeAffinity)
            errors.At("spec").At("nodeAffinity").InvalidPrinted("{}", "field is immutable");
    }

    private static void CheckModes(ValueList<string> modes, FieldErrors at)
    {
        if (modes.IsEmpty)
            at.Required();
        foreach (var mode in modes)
            at.OneOf(mode, "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
        if (modes.Contains("ReadWriteOncePod") && modes.Any(mode => mode != "ReadWriteOncePod"))
            at.Forbidden("may not use ReadWriteOncePod with other access modes");
    }

    private static void CheckCapacity(ValueMap<Quantity> capacity, FieldErrors at)
    {
        if (capacity.IsEmpty)
            at.Required();
        if (!capacity.ContainsKey("storage") || capacity.Count > 1)
            at.NotSupportedPrinted(capacity.IsNil ? "null" : "{}", "storage");
        foreach (var (name, size) in capacity)
        {
            if (size.Sign <= 0 && name == "storage")
                at.Key(name).Invalid(size.ToString(), "must be greater than zero");
        }
    }

    private static void CheckAffinity(VolumeNodeAffinity? affinity, FieldErrors at)
    {
        if (affinity is null)
            return;
        if (affinity.Required is not { } selector)
            at.At("required").Required("must specify required node constraints");
        else if (selector.NodeSelectorTerms.IsEmpty)
            at.At("required").At("nodeSelectorTerms").Required("must have at least one node selector term");
    }

    private static void CheckSource(PersistentVolumeSpec value, string name, FieldErrors spec)
    {
        var sources = Sources(value).Where(source => source.Value is not null).ToList();
        if (sources.Count == 0)
            spec.Required("must specify a volume type");
        foreach (var (field, _) in sources.Skip(1))
            spec.At(field).Forbidden("may not specify more than 1 volume type");
        if (value.HostPath is { } path)
            CheckHostPath(path, spec.At("hostPath"));
        if (value.Nfs is { } nfs)
            CheckNfs(nfs, spec.At("nfs"));
        if (value.Csi is { } csi)
            CheckCsi(csi, spec.At("csi"));
        if (value.Local is { } local)
        {
            if (local.Path.Length == 0)
                spec.At("local").At("path").Required();
            else if (local.Path.Split('/').Contains(".."))
                spec.At("local").At("path").Invalid(local.Path, "must not contain '..'");
            if (value.NodeAffinity is null)
                spec.At("nodeAffinity").Required("Local volume requires node affinity");
        }

        _ = name;
    }

    private static void CheckHostPath(HostPathVolumeSource source, FieldErrors at)
    {
        if (source.Path.Length == 0)
        {
            at.At("path").Required();
            return;
        }

        if (source.Path.Split('/').Contains(".."))
            at.At("path").Invalid(source.Path, "must not contain '..'");
        if (source.Type is { } type)
            at.At("type").OneOf(type, "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
    }

    private static void CheckNfs(NFSVolumeSource source, FieldErrors at)
    {
        if (source.Server.Length == 0)
            at.At("server").Required();
        if (source.Path.Length == 0)
            at.At("path").Required();
        else if (source.Path[0] != '/')
            at.At("path").Invalid(source.Path, "must be an absolute path");
    }

    private static void CheckCsi(CSIPersistentVolumeSource source, FieldErrors at)
    {
        Storage.StorageChecks.CheckDriverName(source.Driver, at.At("driver"));
        if (source.VolumeHandle.Length == 0)
            at.At("volumeHandle").Required();
        CheckSecret(source.ControllerPublishSecretRef, at.At("controllerPublishSecretRef"));
        CheckSecret(source.ControllerExpandSecretRef, at.At("controllerExpandSecretRef"));
        CheckSecret(source.NodePublishSecretRef, at.At("nodePublishSecretRef"));
        CheckSecret(source.NodeExpandSecretRef, at.At("nodeExpandSecretRef"));
    }

    private static void CheckSecret(SecretReference? secret, FieldErrors at)
    {
        if (secret is null)
            return;
        if (secret.Name.Length == 0)
            at.At("name").Required();
        else
            at.At("name").Complain(secret.Name, Names.Subdomain(secret.Name));
        if (secret.Namespace.Length == 0)
            at.At("namespace").Required();
        else
            at.At("namespace").Complain(secret.Namespace, Names.Label(secret.Namespace));
    }

    private static PersistentVolumeSpec SourceOf(PersistentVolumeSpec spec) => spec with
    {
        Capacity = default,
        AccessModes = default,
        ClaimRef = null,
        PersistentVolumeReclaimPolicy = "",
        StorageClassName = "",
        MountOptions = default,
        VolumeMode = null,
        NodeAffinity = null,
        VolumeAttributesClassName = null,
    };

    private static IEnumerable<(string Field, object? Value)> Sources(PersistentVolumeSpec spec) =>
    [
        ("hostPath", spec.HostPath), ("gcePersistentDisk", spec.GcePersistentDisk), ("awsElasticBlockStore", spec.AwsElasticBlockStore), ("glusterfs", spec.Glusterfs),
        ("flocker", spec.Flocker), ("nfs", spec.Nfs), ("rbd", spec.Rbd), ("quobyte", spec.Quobyte), ("cephFS", spec.Cephfs), ("iscsi", spec.Iscsi), ("cinder", spec.Cinder),
        ("fc", spec.Fc), ("flexVolume", spec.FlexVolume), ("azureFile", spec.AzureFile), ("vsphereVolume", spec.VsphereVolume),
        ("photonPersistentDisk", spec.PhotonPersistentDisk), ("portworxVolume", spec.PortworxVolume), ("azureDisk", spec.AzureDisk), ("scaleIO", spec.ScaleIO),
        ("local", spec.Local), ("storageos", spec.Storageos), ("csi", spec.Csi),
    ];
}
