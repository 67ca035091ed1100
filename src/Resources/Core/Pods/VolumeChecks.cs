using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A pod's volumes: each has a name and one source.</summary>
internal static class VolumeChecks
{
    private const int MaxMode = 0x1FF; // 0777
    private static readonly string[] Fields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    /// <summary>Checks them.</summary>
    /// <param name="podName">Null in templates.</param>
    /// <returns>Those that are well, by name.</returns>
    internal static Dictionary<string, Volume> Check(ValueList<Volume> volumes, string? podName, FieldErrors at)
    {
        var known = new Dictionary<string, Volume>(StringComparer.Ordinal);
        var created = CreatedClaims(volumes, podName);
        for (var i = 0; i < volumes.Count; i++)
        {
            var (volume, before) = (volumes[i], at.All.Count);
            CheckSource(volume, podName, at.At(i));
            if (volume.Name.Length == 0)
                at.At(i).At("name").Required();
            else
                at.At(i).At("name").Complain(volume.Name, Names.Label(volume.Name));
            if (known.ContainsKey(volume.Name))
                at.At(i).At("name").Duplicate(volume.Name);
            if (at.All.Count == before)
                known.Add(volume.Name, volume);
            if (volume.PersistentVolumeClaim is { ClaimName: var claim } && created?.Contains(claim) is true)
                at.At(i).At("persistentVolumeClaim").At("claimName").Invalid(claim, "must not reference a PVC that gets created for an ephemeral volume");
        }

        return known;
    }

    private static HashSet<string>? CreatedClaims(ValueList<Volume> volumes, string? podName)
    {
        if (string.IsNullOrEmpty(podName) || !volumes.Any(volume => volume.Ephemeral is not null))
            return null;
        return volumes.Where(volume => volume.Ephemeral is not null).Select(volume => $"{podName}-{volume.Name}").ToHashSet(StringComparer.Ordinal);
    }

    // In upstream's order: of two sources the one that comes first here is checked, the other refused.
    private static void CheckSource(Volume volume, string? podName, FieldErrors at)
    {
        var sources = new Sources(at);
        if (volume.EmptyDir is { } empty && sources.IsFirst("emptyDir") && empty.SizeLimit is { Sign: < 0 })
            at.At("emptyDir").At("sizeLimit").Forbidden("SizeLimit field must be a valid resource quantity");
        if (volume.HostPath is { } path && sources.IsFirst("hostPath"))
            DiskChecks.CheckHostPath(path, at.At("hostPath"));
        if (volume.GitRepo is { } git && sources.IsFirst("gitRepo"))
            CheckGit(git, at.At("gitRepo"));
        DiskChecks.CheckClouds(volume.GcePersistentDisk, volume.AwsElasticBlockStore, sources, at);
        if (volume.Secret is { } secret && sources.IsFirst("secret"))
            CheckSecret(secret, at.At("secret"));
        CheckShares(volume, sources, at);
        if (volume.DownwardAPI is { } downward && sources.IsFirst("downwarAPI")) // upstream's spelling
            CheckDownward(downward.Items, downward.DefaultMode, at.At("downwardAPI"));
        if (volume.Fc is { } fc && sources.IsFirst("fc"))
            DiskChecks.CheckFibreChannel(fc, at.At("fc"));
        if (volume.FlexVolume is { } flex && sources.IsFirst("flexVolume"))
            DiskChecks.CheckFlex(flex.Driver, flex.Options, at.At("flexVolume"));
        if (volume.ConfigMap is { } map && sources.IsFirst("configMap"))
            CheckConfigMap(map, at.At("configMap"));
        CheckDisks(volume, sources, at);
        CheckLast(volume, podName, sources, at);
        if (sources.Count == 0)
            at.Required("must specify a volume type");
    }

    private static void CheckShares(Volume volume, Sources sources, FieldErrors at)
    {
        if (volume.Nfs is { } nfs && sources.IsFirst("nfs"))
            DiskChecks.CheckNfs(nfs, at.At("nfs"));
        if (volume.Iscsi is { } iscsi)
            CheckIscsi(iscsi, volume.Name, sources, at);
        if (volume.Glusterfs is { } gluster && sources.IsFirst("glusterfs"))
            DiskChecks.Require(at.At("glusterfs"), (gluster.Endpoints, "endpoints"), (gluster.Path, "path"));
        if (volume.Flocker is { } flocker && sources.IsFirst("flocker"))
            DiskChecks.CheckFlocker(flocker, at.At("flocker"));
        if (volume.PersistentVolumeClaim is { } claim && sources.IsFirst("persistentVolumeClaim"))
            DiskChecks.Require(at.At("persistentVolumeClaim"), (claim.ClaimName, "claimName"));
        if (volume.Rbd is { } rbd && sources.IsFirst("rbd"))
            DiskChecks.RequireMonitors(rbd.Monitors, at.At("rbd"), (rbd.Image, "image"));
        if (volume.Cinder is { } cinder && sources.IsFirst("cinder"))
        {
            DiskChecks.Require(at.At("cinder"), (cinder.VolumeID, "volumeID"));
            RequireName(cinder.SecretRef, at.At("cinder").At("secretRef"));
        }

        if (volume.Cephfs is { } ceph && sources.IsFirst("cephFS"))
            DiskChecks.RequireMonitors(ceph.Monitors, at.At("cephfs"));
        if (volume.Quobyte is { } quobyte && sources.IsFirst("quobyte"))
            DiskChecks.CheckQuobyte(quobyte, at.At("quobyte"));
    }

    private static void CheckIscsi(ISCSIVolumeSource iscsi, string name, Sources sources, FieldErrors at)
    {
        if (sources.IsFirst("iscsi"))
        {
            DiskChecks.Require(at.At("iscsi"), (iscsi.TargetPortal, "targetPortal"));
            const string NoPrefix = "must be valid format starting with iqn, eui, or naa";
            DiskChecks.CheckTarget(iscsi.Iqn, iscsi.Lun, iscsi.ChapAuthDiscovery || iscsi.ChapAuthSession, iscsi.SecretRef is not null, NoPrefix, at.At("iscsi"));
            DiskChecks.CheckInitiator(iscsi.InitiatorName, NoPrefix, at.At("iscsi"));
        }

        if (iscsi.InitiatorName is not null && $"{name}:{iscsi.TargetPortal}".Length > DiskChecks.MaxPortal)
            at.At("name").Invalid(name, DiskChecks.PortalTooLong);
    }

    private static void CheckDisks(Volume volume, Sources sources, FieldErrors at)
    {
        if (volume.AzureFile is { } azure && sources.IsFirst("azureFile"))
            DiskChecks.Require(at.At("azureFile"), (azure.SecretName, "secretName"), (azure.ShareName, "shareName"));
        if (volume.VsphereVolume is { } vsphere && sources.IsFirst("vsphereVolume"))
            DiskChecks.Require(at.At("vsphereVolume"), (vsphere.VolumePath, "volumePath"));
        if (volume.PhotonPersistentDisk is { } photon && sources.IsFirst("photonPersistentDisk"))
            DiskChecks.Require(at.At("photonPersistentDisk"), (photon.PdID, "pdID"));
        if (volume.PortworxVolume is { } portworx && sources.IsFirst("portworxVolume"))
            DiskChecks.Require(at.At("portworxVolume"), (portworx.VolumeID, "volumeID"));
        if (volume.AzureDisk is { } disk && sources.IsFirst("azureDisk"))
            DiskChecks.CheckAzureDisk(disk, at.At("azureDisk"));
        if (volume.Storageos is not { } storage || !sources.IsFirst("storageos"))
            return;
        DiskChecks.CheckStorageOS(storage.VolumeName, storage.VolumeNamespace, at.At("storageos"));
        RequireName(storage.SecretRef, at.At("storageos").At("secretRef"));
    }

    private static void CheckLast(Volume volume, string? podName, Sources sources, FieldErrors at)
    {
        if (volume.Projected is { } projected && sources.IsFirst("projected"))
            ProjectionChecks.Check(projected, at.At("projected"));
        if (volume.ScaleIO is { } scale && sources.IsFirst("scaleIO"))
            DiskChecks.Require(at.At("scaleIO"), (scale.Gateway, "gateway"), (scale.System, "system"), (scale.VolumeName, "volumeName"));
        if (volume.Csi is { } csi && sources.IsFirst("csi"))
            CheckCsi(csi, at.At("csi"));
        if (volume.Ephemeral is { } ephemeral && sources.IsFirst("ephemeral"))
            CheckEphemeral(ephemeral, volume.Name, podName, at);
        if (volume.Image is { } image && sources.IsFirst("image"))
            CheckImage(image, podName is not null, at.At("image"));
    }

    private static void RequireName(LocalObjectReference? secret, FieldErrors at)
    {
        if (secret is { Name.Length: 0 })
            at.At("name").Required();
    }

    private static void CheckGit(GitRepoVolumeSource source, FieldErrors at)
    {
        if (source.Repository.Length == 0)
            at.At("repository").Required();
        PathChecks.Descending(source.Directory, at.At("directory"));
    }

    private static void CheckSecret(SecretVolumeSource source, FieldErrors at)
    {
        if (source.SecretName.Length == 0)
            at.At("secretName").Required();
        CheckMode(source.DefaultMode, at.At("defaultMode"));
        CheckItems(source.Items, at.At("items"));
    }

    private static void CheckConfigMap(ConfigMapVolumeSource source, FieldErrors at)
    {
        if (source.Name.Length == 0)
            at.At("name").Required();
        CheckMode(source.DefaultMode, at.At("defaultMode"));
        CheckItems(source.Items, at.At("items"));
    }

    private static void CheckItems(ValueList<KeyToPath> items, FieldErrors at)
    {
        for (var i = 0; i < items.Count; i++)
            CheckItem(items[i], at.At(i));
    }

    /// <summary>A key, and the file it becomes.</summary>
    internal static void CheckItem(KeyToPath item, FieldErrors at)
    {
        DiskChecks.Require(at, (item.Key, "key"), (item.Path, "path"));
        PathChecks.OfFile(item.Path, at.At("path"));
        CheckMode(item.Mode, at.At("mode"));
    }

    private static void CheckDownward(ValueList<DownwardAPIVolumeFile> items, int? mode, FieldErrors at)
    {
        CheckMode(mode, at.At("defaultMode"));
        foreach (var item in items)
            CheckDownward(item, at);
    }

    // Upstream tells of the files under the source, not under the item.
    internal static void CheckDownward(DownwardAPIVolumeFile file, FieldErrors at)
    {
        if (file.Path.Length == 0)
            at.At("path").Required();
        PathChecks.OfFile(file.Path, at.At("path"));
        if (file.FieldRef is { } field)
        {
            DownwardChecks.Check(field, Fields, at.At("fieldRef"));
            if (file.ResourceFieldRef is not null)
                at.Invalid("resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
        else if (file.ResourceFieldRef is { } resource)
        {
            DownwardChecks.Check(resource, isOfVolume: true, at.At("resourceFieldRef"));
        }
        else
        {
            at.Required("one of fieldRef and resourceFieldRef is required");
        }

        CheckMode(file.Mode, at.At("mode"));
    }

    private static void CheckCsi(CSIVolumeSource source, FieldErrors at)
    {
        CheckDriver(source.Driver, at.At("driver"));
        if (source.NodePublishSecretRef is not { } secret)
            return;
        RequireName(secret, at.At("nodePublishSecretRef"));
        if (secret.Name.Length > 0)
            at.At("name").Complain(secret.Name, Names.Subdomain(secret.Name)); // upstream's place
    }

    /// <summary>A CSI driver's name: at most 63 bytes of a DNS subdomain, in whatever case.</summary>
    internal static void CheckDriver(string driver, FieldErrors at)
    {
        if (driver.Length == 0)
            at.Required();
        if (driver.Length > 63)
            at.TooLong(63);
        if (driver.Length > 0)
            at.Complain(driver, Names.Subdomain(driver.ToLowerInvariant()));
    }

    private static void CheckEphemeral(EphemeralVolumeSource source, string name, string? podName, FieldErrors at)
    {
        if (source.VolumeClaimTemplate is not { } template)
        {
            at.At("ephemeral").At("volumeClaimTemplate").Required();
        }
        else
        {
            var place = at.At("ephemeral").At("volumeClaimTemplate");
            ObjectMetaRules.CheckAnnotations(template.Metadata.Annotations, place.At("metadata").At("annotations"));
            place.At("metadata").At("labels").Labels(template.Metadata.Labels);
            CheckOnlyLabels(template.Metadata, place.At("metadata"));
            PersistentVolumeClaimChecks.Check(template.Spec, null, place.At("spec"));
        }

        if (string.IsNullOrEmpty(podName) || name.Length == 0)
            return;
        foreach (var complaint in Names.Subdomain($"{podName}-{name}"))
            at.At("name").Invalid(name, $"PVC name \"{podName}-{name}\": {complaint}");
    }

    // The claim that is made has a name and an owner of its own.
    private static void CheckOnlyLabels(ObjectMeta metadata, FieldErrors at)
    {
        foreach (var (isSet, field) in new[]
        {
            (metadata.Name.Length > 0, "name"), (metadata.GenerateName.Length > 0, "generateName"), (metadata.Namespace.Length > 0, "namespace"),
            (metadata.SelfLink.Length > 0, "selfLink"), (metadata.Uid.Length > 0, "uID"), (metadata.ResourceVersion.Length > 0, "resourceVersion"),
            (metadata.Generation != 0, "generation"), (!metadata.CreationTimestamp.IsZero, "creationTimestamp"), (metadata.DeletionTimestamp is not null, "deletionTimestamp"),
            (metadata.DeletionGracePeriodSeconds is not null, "deletionGracePeriodSeconds"), (!metadata.OwnerReferences.IsEmpty, "ownerReferences"),
            (!metadata.Finalizers.IsEmpty, "finalizers"), (!metadata.ManagedFields.IsEmpty, "managedFields"),
        })
        {
            if (isSet)
                at.At(field).Forbidden("cannot be set");
        }
    }

    private static void CheckImage(ImageVolumeSource image, bool isOfPod, FieldErrors at)
    {
        if (isOfPod && image.Reference.Length == 0)
            at.At("reference").Required();
        at.At("pullPolicy").RequiredOneOf(image.PullPolicy, "Always", "IfNotPresent", "Never");
    }

    internal static void CheckMode(int? mode, FieldErrors at)
    {
        if (mode is < 0 or > MaxMode)
            at.Invalid(mode.Value, "must be a number between 0 and 0777 (octal), both inclusive");
    }

    /// <summary>Counts the sources of one volume: a second one is refused.</summary>
    internal sealed class Sources(FieldErrors at)
    {
        /// <summary>How many there are.</summary>
        internal int Count { get; private set; }

        /// <summary>One more, whatever came before it.</summary>
        internal void Add() => Count++;

        /// <summary>Is it the only one so far?</summary>
        internal bool IsFirst(string field)
        {
            if (Count == 0)
            {
                Count++;
                return true;
            }

            at.At(field).Forbidden("may not specify more than 1 volume type");
            return false;
        }
    }
}
