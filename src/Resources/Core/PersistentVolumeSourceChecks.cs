using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What a persistent volume is stored on: exactly one of many (core/validation: ValidatePersistentVolumeSpec).</summary>
internal static class PersistentVolumeSourceChecks
{
    private const string BadTarget = "must be valid format";

    /// <summary>Checks the source, in upstream's order.</summary>
    /// <param name="name">The volume's.</param>
    /// <param name="hasAffinity">Is said on which nodes the volume is?</param>
    /// <param name="spec">At the spec.</param>
    internal static void Check(PersistentVolumeSpec value, string name, bool hasAffinity, FieldErrors spec)
    {
        var sources = new VolumeChecks.Sources(spec);
        if (value.HostPath is { } path && sources.IsFirst("hostPath"))
            DiskChecks.CheckHostPath(path, spec.At("hostPath"));
        DiskChecks.CheckClouds(value.GcePersistentDisk, value.AwsElasticBlockStore, sources, spec);
        CheckShares(value, name, sources, spec);
        CheckDisks(value, sources, spec);
        if (value.Local is { } local && sources.IsFirst("local"))
            CheckLocal(local, hasAffinity, spec);
        if (value.Storageos is { } storage && sources.IsFirst("storageos"))
        {
            DiskChecks.CheckStorageOS(storage.VolumeName, storage.VolumeNamespace, spec.At("storageos"));
            if (storage.SecretRef is { } secret)
                DiskChecks.Require(spec.At("storageos").At("secretRef"), (secret.Name, "name"), (secret.Namespace, "namespace"));
        }

        if (value.Csi is { } csi && sources.IsFirst("csi"))
            CheckCsi(csi, spec.At("csi"));
        if (sources.Count == 0)
            spec.Required("must specify a volume type");
    }

    private static void CheckShares(PersistentVolumeSpec value, string name, VolumeChecks.Sources sources, FieldErrors spec)
    {
        if (value.Glusterfs is { } gluster && sources.IsFirst("glusterfs"))
            CheckGluster(gluster, spec.At("glusterfs"));
        if (value.Flocker is { } flocker && sources.IsFirst("flocker"))
            DiskChecks.CheckFlocker(flocker, spec.At("flocker"));
        if (value.Nfs is { } nfs && sources.IsFirst("nfs"))
            DiskChecks.CheckNfs(nfs, spec.At("nfs"));
        if (value.Rbd is { } rbd && sources.IsFirst("rbd"))
            DiskChecks.RequireMonitors(rbd.Monitors, spec.At("rbd"), (rbd.Image, "image"));
        if (value.Quobyte is { } quobyte && sources.IsFirst("quobyte"))
            DiskChecks.CheckQuobyte(quobyte, spec.At("quobyte"));
        if (value.Cephfs is { } ceph && sources.IsFirst("cephFS"))
            DiskChecks.RequireMonitors(ceph.Monitors, spec.At("cephfs"));
        if (value.Iscsi is { } iscsi && sources.IsFirst("iscsi"))
            CheckIscsi(iscsi, name, spec.At("iscsi"));
        if (value.Cinder is not { } cinder || !sources.IsFirst("cinder"))
            return;
        DiskChecks.Require(spec.At("cinder"), (cinder.VolumeID, "volumeID"));
        if (cinder.SecretRef is { } secret)
            DiskChecks.Require(spec.At("cinder").At("secretRef"), (secret.Name, "name"), (secret.Namespace, "namespace"));
    }

    private static void CheckDisks(PersistentVolumeSpec value, VolumeChecks.Sources sources, FieldErrors spec)
    {
        if (value.Fc is { } fc && sources.IsFirst("fc"))
            DiskChecks.CheckFibreChannel(fc, spec.At("fc"));
        if (value.FlexVolume is { } flex)
        {
            sources.Add();
            DiskChecks.CheckFlex(flex.Driver, flex.Options, spec.At("flexVolume"));
        }

        if (value.AzureFile is { } azure && sources.IsFirst("azureFile"))
        {
            DiskChecks.Require(spec.At("azureFile"), (azure.SecretName, "secretName"), (azure.ShareName, "shareName"));
            if (azure.SecretNamespace is { Length: 0 })
                spec.At("azureFile").At("secretNamespace").Required();
        }

        if (value.VsphereVolume is { } vsphere && sources.IsFirst("vsphereVolume"))
            DiskChecks.Require(spec.At("vsphereVolume"), (vsphere.VolumePath, "volumePath"));
        if (value.PhotonPersistentDisk is { } photon && sources.IsFirst("photonPersistentDisk"))
            DiskChecks.Require(spec.At("photonPersistentDisk"), (photon.PdID, "pdID"));
        if (value.PortworxVolume is { } portworx && sources.IsFirst("portworxVolume"))
            DiskChecks.Require(spec.At("portworxVolume"), (portworx.VolumeID, "volumeID"));
        if (value.AzureDisk is { } disk && sources.IsFirst("azureDisk"))
            DiskChecks.CheckAzureDisk(disk, spec.At("azureDisk"));
        if (value.ScaleIO is { } scale && sources.IsFirst("scaleIO"))
            DiskChecks.Require(spec.At("scaleIO"), (scale.Gateway, "gateway"), (scale.System, "system"), (scale.VolumeName, "volumeName"));
    }

    private static void CheckGluster(GlusterfsPersistentVolumeSource source, FieldErrors at)
    {
        DiskChecks.Require(at, (source.Endpoints, "endpoints"), (source.Path, "path"));
        if (source.EndpointsNamespace is { Length: 0 })
            at.At("endpointsNamespace").Invalid("", "if the endpointnamespace is set, it must be a valid namespace name");
        else if (source.EndpointsNamespace is { } name)
            at.At("endpointsNamespace").Complain(name, Names.Label(name));
    }

    private static void CheckIscsi(ISCSIPersistentVolumeSource source, string name, FieldErrors at)
    {
        DiskChecks.Require(at, (source.TargetPortal, "targetPortal"));
        if (source.InitiatorName is not null && $"{name}:{source.TargetPortal}".Length > DiskChecks.MaxPortal)
            at.At("targetportal").Invalid(source.TargetPortal, DiskChecks.PortalTooLong);
        DiskChecks.CheckTarget(source.Iqn, source.Lun, source.ChapAuthDiscovery || source.ChapAuthSession, source.SecretRef is not null, BadTarget, at);
        if (source.SecretRef is { Name.Length: 0 })
            at.At("secretRef").At("name").Required();
        DiskChecks.CheckInitiator(source.InitiatorName, BadTarget, at);
    }

    private static void CheckLocal(LocalVolumeSource source, bool hasAffinity, FieldErrors spec)
    {
        if (source.Path.Length == 0)
            spec.At("local").At("path").Required();
        else
            PathChecks.NoBacksteps(source.Path, spec.At("local").At("path"));
        if (!hasAffinity)
            spec.At("nodeAffinity").Required("Local volume requires node affinity");
    }

    private static void CheckCsi(CSIPersistentVolumeSource source, FieldErrors at)
    {
        Storage.StorageChecks.CheckDriverName(source.Driver, at.At("driver"));
        DiskChecks.Require(at, (source.VolumeHandle, "volumeHandle"));
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
}
