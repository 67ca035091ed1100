using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Volumes that are disks or shares somewhere else.</summary>
internal static class DiskChecks
{
    internal static void Check(Volume volume, VolumeChecks.Sources sources, FieldErrors at)
    {
        if (volume.GcePersistentDisk is { } gce && sources.IsFirst("gcePersistentDisk"))
            CheckPartitioned(gce.PdName, "pdName", gce.Partition, at.At("gcePersistentDisk"));
        if (volume.AwsElasticBlockStore is { } aws && sources.IsFirst("awsElasticBlockStore"))
            CheckPartitioned(aws.VolumeID, "volumeID", aws.Partition, at.At("awsElasticBlockStore"));
        if (volume.Nfs is { } nfs && sources.IsFirst("nfs"))
            CheckNfs(nfs, at.At("nfs"));
        if (volume.Iscsi is { } iscsi && sources.IsFirst("iscsi"))
            CheckIscsi(iscsi, at.At("iscsi"));
        if (volume.Glusterfs is { } gluster && sources.IsFirst("glusterfs"))
            Require(at.At("glusterfs"), (gluster.Endpoints, "endpoints"), (gluster.Path, "path"));
        if (volume.Flocker is { } flocker && sources.IsFirst("flocker"))
            CheckFlocker(flocker, at.At("flocker"));
        if (volume.Rbd is { } rbd && sources.IsFirst("rbd"))
            RequireMonitors(rbd.Monitors.IsEmpty, at.At("rbd"), (rbd.Image, "image"));
        if (volume.Cinder is { } cinder && sources.IsFirst("cinder"))
            CheckCinder(cinder, at.At("cinder"));
        if (volume.Cephfs is { } ceph && sources.IsFirst("cephFS"))
            RequireMonitors(ceph.Monitors.IsEmpty, at.At("cephfs"));
        if (volume.Fc is { } fc && sources.IsFirst("fc"))
            CheckFibreChannel(fc, at.At("fc"));
        if (volume.FlexVolume is { } flex && sources.IsFirst("flexVolume"))
            CheckFlex(flex, at.At("flexVolume"));
        if (volume.AzureFile is { } azure && sources.IsFirst("azureFile"))
            Require(at.At("azureFile"), (azure.SecretName, "secretName"), (azure.ShareName, "shareName"));
        if (volume.VsphereVolume is { } vsphere && sources.IsFirst("vsphereVolume"))
            Require(at.At("vsphereVolume"), (vsphere.VolumePath, "volumePath"));
        if (volume.PhotonPersistentDisk is { } photon && sources.IsFirst("photonPersistentDisk"))
            Require(at.At("photonPersistentDisk"), (photon.PdID, "pdID"));
        if (volume.PortworxVolume is { } portworx && sources.IsFirst("portworxVolume"))
            Require(at.At("portworxVolume"), (portworx.VolumeID, "volumeID"));
        if (volume.Quobyte is { } quobyte && sources.IsFirst("quobyte"))
            CheckQuobyte(quobyte, at.At("quobyte"));
        if (volume.AzureDisk is { } disk && sources.IsFirst("azureDisk"))
            CheckAzureDisk(disk, at.At("azureDisk"));
        if (volume.Storageos is { } storage && sources.IsFirst("storageos"))
            Require(at.At("storageos"), (storage.VolumeName, "volumeName"));
        if (volume.ScaleIO is { } scale && sources.IsFirst("scaleIO"))
            Require(at.At("scaleIO"), (scale.Gateway, "gateway"), (scale.System, "system"), (scale.VolumeName, "volumeName"));
    }

    private static void CheckPartitioned(string name, string field, int partition, FieldErrors at)
    {
        Require(at, (name, field));
        if (partition is < 0 or > 255)
            at.At("partition").Invalid(partition, "must be between 0 and 255, inclusive");
    }

    /// <summary>A share of an NFS server; also of persistent volumes.</summary>
    internal static void CheckNfs(NFSVolumeSource source, FieldErrors at)
    {
        Require(at, (source.Server, "server"), (source.Path, "path"));
        if (!source.Path.StartsWith('/'))
            at.At("path").Invalid(source.Path, "must be an absolute path");
    }

    private static void CheckIscsi(ISCSIVolumeSource source, FieldErrors at)
    {
        Require(at, (source.TargetPortal, "targetPortal"), (source.Iqn, "iqn"));
        if (source.Iqn.Length > 0 && !IsQualified(source.Iqn))
            at.At("iqn").Invalid(source.Iqn, "must be valid format starting with iqn, eui, or naa");
        at.At("lun").InRange(source.Lun, 0, 255);
        if ((source.ChapAuthDiscovery || source.ChapAuthSession) && source.SecretRef is null)
            at.At("secretRef").Required();
        if (source.InitiatorName is { } initiator && !IsQualified(initiator))
            at.At("initiatorname").Invalid(initiator, "must be valid format starting with iqn, eui, or naa");
    }

    private static bool IsQualified(string name) =>
        name.StartsWith("iqn", StringComparison.Ordinal) || name.StartsWith("eui", StringComparison.Ordinal) || name.StartsWith("naa", StringComparison.Ordinal);

    private static void CheckFlocker(FlockerVolumeSource source, FieldErrors at)
    {
        if (source is { DatasetName.Length: 0, DatasetUUID.Length: 0 })
            at.Required("one of datasetName and datasetUUID is required");
        if (source is { DatasetName.Length: > 0, DatasetUUID.Length: > 0 })
            at.Invalid("resource", "datasetName and datasetUUID can not be specified simultaneously");
        if (source.DatasetName.Contains('/', StringComparison.Ordinal))
            at.At("datasetName").Invalid(source.DatasetName, "must not contain '/'");
    }

    private static void CheckCinder(CinderVolumeSource source, FieldErrors at)
    {
        Require(at, (source.VolumeID, "volumeID"));
        if (source.SecretRef is { Name.Length: 0 })
            at.At("secretRef").At("name").Required();
    }

    private static void CheckFibreChannel(FCVolumeSource source, FieldErrors at)
    {
        if (source.TargetWWNs.IsEmpty && source.Wwids.IsEmpty)
            at.At("targetWWNs").Required("must specify either targetWWNs or wwids, but not both");
        if (!source.TargetWWNs.IsEmpty && !source.Wwids.IsEmpty)
            at.At("targetWWNs").InvalidPrinted($"[{string.Join(",", source.TargetWWNs.Select(FieldErrors.Quote))}]", "targetWWNs and wwids can not be specified simultaneously");
        if (source.TargetWWNs.IsEmpty)
            return;
        if (source.Lun is { } lun)
            at.At("lun").InRange(lun, 0, 255);
        else
            at.At("lun").Required("lun is required if targetWWNs is specified");
    }

    private static void CheckFlex(FlexVolumeSource source, FieldErrors at)
    {
        Require(at, (source.Driver, "driver"));
        foreach (var (key, _) in source.Options)
        {
            var domain = key[..Math.Max(0, key.IndexOf('/', StringComparison.Ordinal))];
            if (domain is "kubernetes.io" or "k8s.io" || domain.EndsWith(".kubernetes.io", StringComparison.Ordinal) || domain.EndsWith(".k8s.io", StringComparison.Ordinal))
                at.At("options").Key(key).Invalid(key, "kubernetes.io and k8s.io namespaces are reserved");
        }
    }

    private static void CheckQuobyte(QuobyteVolumeSource source, FieldErrors at)
    {
        if (source.Registry.Length == 0)
            at.At("registry").Required("must be a host:port pair or multiple pairs separated by commas");
        else if (source.Registry.Length >= 65)
            at.At("registry").TooLong(65);
        else if (source.Registry.Split(',').Any(pair => pair.Split(':') is not [{ Length: > 0 }, { Length: > 0 }]))
            at.At("registry").Invalid(source.Registry, "must be a host:port pair or multiple pairs separated by commas");
        if (source.Tenant.Length >= 65)
            at.At("tenant").Required("must be a UUID and may not exceed a length of 64 characters");
        Require(at, (source.Volume, "volume"));
    }

    private static void CheckAzureDisk(AzureDiskVolumeSource source, FieldErrors at)
    {
        Require(at, (source.DiskName, "diskName"), (source.DiskURI, "diskURI"));
        if (source.CachingMode is { } caching)
            at.At("cachingMode").OneOf(caching, "None", "ReadOnly", "ReadWrite");
        if (source.Kind is { } kind)
            at.At("kind").OneOf(kind, "Dedicated", "Managed", "Shared");
        var isManaged = source.Kind == "Managed";
        if (isManaged && !source.DiskURI.StartsWith("/subscriptions/", StringComparison.Ordinal))
            at.At("diskURI").NotSupported(source.DiskURI, "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}");
        if (!isManaged && !source.DiskURI.StartsWith("https://", StringComparison.Ordinal))
            at.At("diskURI").NotSupported(source.DiskURI, "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd");
    }

    private static void RequireMonitors(bool areMissing, FieldErrors at, params ReadOnlySpan<(string Value, string Field)> fields)
    {
        if (areMissing)
            at.At("monitors").Required();
        Require(at, fields);
    }

    private static void Require(FieldErrors at, params ReadOnlySpan<(string Value, string Field)> fields)
    {
        foreach (var (value, field) in fields)
        {
            if (value.Length == 0)
                at.At(field).Required();
        }
    }
}
