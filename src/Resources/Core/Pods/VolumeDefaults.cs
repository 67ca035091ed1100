using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What volumes have where nothing is said.</summary>
internal static class VolumeDefaults
{
    private const int FileMode = 0x1A4; // 0644, core/v1: SecretVolumeSourceDefaultMode and its like
    private const long TokenSeconds = 3600; // core/v1: an hour
    private const int CertificateSeconds = 86400; // core/v1: a day

    internal static Volume Defaulted(Volume volume)
    {
        if (volume.IsSourceless)
            return volume with { EmptyDir = new EmptyDirVolumeSource() };
        return Ephemeral(OfFiles(OfDisks(volume)));
    }

    extension(Volume volume)
    {
        private bool IsSourceless => volume is
        {
            HostPath: null, EmptyDir: null, GcePersistentDisk: null, AwsElasticBlockStore: null, GitRepo: null, Secret: null, Nfs: null, Iscsi: null,
            Glusterfs: null, PersistentVolumeClaim: null, Rbd: null, FlexVolume: null, Cinder: null, Cephfs: null, Flocker: null, DownwardAPI: null,
            Fc: null, AzureFile: null, ConfigMap: null, VsphereVolume: null, Quobyte: null, AzureDisk: null, PhotonPersistentDisk: null,
            PortworxVolume: null, ScaleIO: null, Projected: null, Storageos: null, Csi: null, Ephemeral: null, Image: null,
        };
    }

    private static Volume OfFiles(Volume volume) => volume switch
    {
        { Secret: { DefaultMode: null } secret } => volume with { Secret = secret with { DefaultMode = FileMode } },
        { ConfigMap: { DefaultMode: null } map } => volume with { ConfigMap = map with { DefaultMode = FileMode } },
        { DownwardAPI: { } downward } => volume with
        {
            DownwardAPI = downward with { DefaultMode = downward.DefaultMode ?? FileMode, Items = downward.Items.DefaultEach(Defaulted) },
        },
        { Projected: { } projected } => volume with
        {
            Projected = projected with { DefaultMode = projected.DefaultMode ?? FileMode, Sources = projected.Sources.DefaultEach(Defaulted) },
        },
        _ => volume,
    };

    private static VolumeProjection Defaulted(VolumeProjection source) => source switch
    {
        { ServiceAccountToken: { ExpirationSeconds: null } token } => source with { ServiceAccountToken = token with { ExpirationSeconds = TokenSeconds } },
        { DownwardAPI: { } downward } => source with { DownwardAPI = downward with { Items = downward.Items.DefaultEach(Defaulted) } },
        { PodCertificate: { MaxExpirationSeconds: null } certificate } =>
            source with { PodCertificate = certificate with { MaxExpirationSeconds = CertificateSeconds } },
        _ => source,
    };

    private static DownwardAPIVolumeFile Defaulted(DownwardAPIVolumeFile file) =>
        file.FieldRef is { ApiVersion.Length: 0 } field ? file with { FieldRef = field with { ApiVersion = "v1" } } : file;

    private static Volume OfDisks(Volume volume) => volume switch
    {
        { HostPath: { Type: null } path } => volume with { HostPath = path with { Type = "" } },
        { Iscsi: { IscsiInterface.Length: 0 } iscsi } => volume with { Iscsi = iscsi with { IscsiInterface = "default" } },
        { Rbd: { } rbd } => volume with
        {
            Rbd = rbd with { Pool = Or(rbd.Pool, "rbd"), User = Or(rbd.User, "admin"), Keyring = Or(rbd.Keyring, "/etc/ceph/keyring") },
        },
        { AzureDisk: { } disk } => volume with
        {
            AzureDisk = Defaulted(disk),
        },
        { ScaleIO: { } scale } => volume with { ScaleIO = scale with { StorageMode = Or(scale.StorageMode, "ThinProvisioned"), FsType = Or(scale.FsType, "xfs") } },
        { Image: { PullPolicy.Length: 0 } image } => volume with
        {
            Image = image with { PullPolicy = ImageNames.IsLatest(image.Reference) ? "Always" : "IfNotPresent" },
        },
        _ => volume,
    };

    /// <summary>A disk in Azure, wherever it stands.</summary>
    internal static AzureDiskVolumeSource Defaulted(AzureDiskVolumeSource disk) => disk with
    {
        CachingMode = disk.CachingMode ?? "ReadWrite",
        Kind = disk.Kind ?? "Shared",
        FsType = disk.FsType ?? "ext4",
        ReadOnly = disk.ReadOnly ?? false,
    };

    private static Volume Ephemeral(Volume volume) => volume.Ephemeral?.VolumeClaimTemplate is { } template
        ? volume with { Ephemeral = volume.Ephemeral with { VolumeClaimTemplate = template with { Spec = template.Spec.Defaulted() } } }
        : volume;

    extension(PersistentVolumeClaimSpec spec)
    {
        /// <summary>A claim, wherever it stands.</summary>
        internal PersistentVolumeClaimSpec Defaulted() => spec with
        {
            VolumeMode = spec.VolumeMode ?? "Filesystem",
            Resources = spec.Resources with { Limits = spec.Resources.Limits.Rounded(), Requests = spec.Resources.Requests.Rounded() },
        };
    }

    private static string Or(string text, string other) => text.Length > 0 ? text : other;
}
