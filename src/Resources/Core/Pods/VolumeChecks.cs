using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A pod's volumes: each has a name and one source.</summary>
internal static class VolumeChecks
{
    private const int MaxMode = 0x1FF; // 0777
    private const int MinTokenSeconds = 600; // core/validation: ten minutes
    private const long MaxTokenSeconds = 1L << 32;
    private static readonly string[] Fields = ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

    /// <summary>Checks them.</summary>
    /// <param name="podName">Null in templates.</param>
    /// <returns>Those that are well, by name.</returns>
    internal static Dictionary<string, Volume> Check(ValueList<Volume> volumes, string? podName, FieldErrors at)
    {
        var known = new Dictionary<string, Volume>(StringComparer.Ordinal);
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
        }

        return known;
    }

    private static void CheckSource(Volume volume, string? podName, FieldErrors at)
    {
        var sources = new Sources(at);
        if (volume.EmptyDir is { } empty && sources.IsFirst("emptyDir") && empty.SizeLimit is { Sign: < 0 })
            at.At("emptyDir").At("sizeLimit").Forbidden("SizeLimit field must be a valid resource quantity");
        if (volume.HostPath is { } path && sources.IsFirst("hostPath"))
            CheckHostPath(path, at.At("hostPath"));
        if (volume.GitRepo is { } git && sources.IsFirst("gitRepo"))
            CheckGit(git, at.At("gitRepo"));
        if (volume.Secret is { } secret && sources.IsFirst("secret"))
            CheckSecret(secret, at.At("secret"));
        if (volume.PersistentVolumeClaim is { ClaimName: var claim } && sources.IsFirst("persistentVolumeClaim") && claim.Length == 0)
            at.At("persistentVolumeClaim").At("claimName").Required();
        DiskChecks.Check(volume, sources, at);
        if (volume.DownwardAPI is { } downward && sources.IsFirst("downwarAPI")) // upstream's spelling
            CheckDownward(downward.Items, downward.DefaultMode, at.At("downwardAPI"));
        if (volume.ConfigMap is { } map && sources.IsFirst("configMap"))
            CheckConfigMap(map, at.At("configMap"));
        if (volume.Projected is { } projected && sources.IsFirst("projected"))
            CheckProjected(projected, at.At("projected"));
        if (volume.Csi is { } csi && sources.IsFirst("csi"))
            CheckCsi(csi, at.At("csi"));
        if (volume.Ephemeral is { } ephemeral && sources.IsFirst("ephemeral"))
            CheckEphemeral(ephemeral, volume.Name, podName, at);
        if (volume.Image is { } image && sources.IsFirst("image"))
            CheckImage(image, podName is not null, at.At("image"));
        if (sources.Count == 0)
            at.Required("must specify a volume type");
    }

    private static void CheckHostPath(HostPathVolumeSource source, FieldErrors at)
    {
        if (source.Path.Length == 0)
        {
            at.At("path").Required();
            return;
        }

        PathChecks.NoBacksteps(source.Path, at.At("path"));
        if (source.Type is { } type)
            at.At("type").OneOf(type, "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
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
        {
            if (items[i].Key.Length == 0)
                at.At(i).At("key").Required();
            if (items[i].Path.Length == 0)
                at.At(i).At("path").Required();
            PathChecks.OfFile(items[i].Path, at.At(i).At("path"));
            CheckMode(items[i].Mode, at.At(i).At("mode"));
        }
    }

    private static void CheckDownward(ValueList<DownwardAPIVolumeFile> items, int? mode, FieldErrors at)
    {
        CheckMode(mode, at.At("defaultMode"));
        foreach (var item in items)
            CheckDownward(item, at);
    }

    // Upstream tells of the files under the source, not under the item.
    private static void CheckDownward(DownwardAPIVolumeFile file, FieldErrors at)
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

    private static void CheckProjected(ProjectedVolumeSource source, FieldErrors at)
    {
        CheckMode(source.DefaultMode, at.At("defaultMode"));
        for (var i = 0; i < source.Sources.Count; i++)
            CheckProjection(source.Sources[i], at.At("sources", i), at);
    }

    private static void CheckProjection(VolumeProjection source, FieldErrors at, FieldErrors volume)
    {
        var sources = new Sources(at);
        if (source.Secret is { } secret && sources.IsFirst("secret"))
        {
            if (secret.Name.Length == 0)
                at.At("secret").At("name").Required();
            CheckItems(secret.Items, at.At("secret").At("items"));
        }

        if (source.ConfigMap is { } map && sources.IsFirst("configMap"))
        {
            if (map.Name.Length == 0)
                at.At("configMap").At("name").Required();
            CheckItems(map.Items, at.At("configMap").At("items"));
        }

        if (source.DownwardAPI is { } downward && sources.IsFirst("downwardAPI"))
        {
            foreach (var item in downward.Items)
                CheckDownward(item, at.At("downwardAPI"));
        }

        if (source.ServiceAccountToken is { } token && sources.IsFirst("serviceAccountToken"))
            CheckToken(token, at.At("serviceAccountToken"), volume);
        if (source.ClusterTrustBundle is { } bundle && sources.IsFirst("clusterTrustBundle"))
            CheckBundle(bundle, at.At("clusterTrustBundle"), volume);
        if (source.PodCertificate is { } certificate && sources.IsFirst("podCertificate"))
            CheckCertificate(certificate, at.At("podCertificate"));
    }

    private static void CheckToken(ServiceAccountTokenProjection token, FieldErrors at, FieldErrors volume)
    {
        if (token.ExpirationSeconds < MinTokenSeconds)
            at.At("expirationSeconds").Invalid(token.ExpirationSeconds.Value, "may not specify a duration less than 10 minutes");
        if (token.ExpirationSeconds > MaxTokenSeconds)
            at.At("expirationSeconds").Invalid(token.ExpirationSeconds.Value, "may not specify a duration larger than 2^32 seconds");
        if (token.Path.Length == 0)
            volume.At("path").Required();
        else
            PathChecks.OfFile(token.Path, volume.At("path"));
    }

    private static void CheckBundle(ClusterTrustBundleProjection bundle, FieldErrors at, FieldErrors volume)
    {
        switch (bundle)
        {
            case { Name: not null, SignerName: not null }:
                at.Invalid(bundle, "only one of name and signerName may be used");
                break;
            case { Name: { Length: 0 } }:
                at.At("name").Required("must be a valid object name");
                break;
            case { SignerName: { Length: 0 } }:
                at.At("signerName").Required("must be a valid signer name");
                break;
            case { Name: null, SignerName: null }:
                at.Required("either name or signerName must be specified");
                break;
            default:
                at.At("labelSelector").Selector(bundle.LabelSelector);
                break;
        }

        if (bundle.Path.Length == 0)
            volume.At("path").Required();
        else
            PathChecks.OfFile(bundle.Path, volume.At("path"));
    }

    private static void CheckCertificate(PodCertificateProjection certificate, FieldErrors at)
    {
        if (certificate.SignerName.Length == 0)
            at.At("signerName").Required();
        at.At("keyType").OneOf(certificate.KeyType, "RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519");
        if (certificate is { CredentialBundlePath.Length: 0, KeyPath.Length: 0, CertificateChainPath.Length: 0 })
            at.Required("specify at least one of credentialBundlePath, keyPath, and certificateChainPath");
        foreach (var (path, field) in new[]
        {
            (certificate.CredentialBundlePath, "credentialBundlePath"), (certificate.KeyPath, "keyPath"), (certificate.CertificateChainPath, "certificateChainPath"),
        })
        {
            if (path.Length > 0)
                PathChecks.OfFile(path, at.At(field));
        }
    }

    private static void CheckCsi(CSIVolumeSource source, FieldErrors at)
    {
        CheckDriver(source.Driver, at.At("driver"));
        if (source.NodePublishSecretRef is { Name.Length: 0 })
            at.At("nodePublishSecretRef").At("name").Required();
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
            VolumeClaimChecks.Check(template.Spec, place.At("spec"));
        }

        if (string.IsNullOrEmpty(podName) || name.Length == 0)
            return;
        foreach (var complaint in Names.Subdomain($"{podName}-{name}"))
            at.At("name").Invalid(name, $"PVC name \"{podName}-{name}\": {complaint}");
    }

    private static void CheckImage(ImageVolumeSource image, bool isOfPod, FieldErrors at)
    {
        if (isOfPod && image.Reference.Length == 0)
            at.At("reference").Required();
        at.At("pullPolicy").RequiredOneOf(image.PullPolicy, "Always", "IfNotPresent", "Never");
    }

    private static void CheckMode(int? mode, FieldErrors at)
    {
        if (mode is < 0 or > MaxMode)
            at.Invalid(mode.Value, "must be a number between 0 and 0777 (octal), both inclusive");
    }

    /// <summary>Counts the sources of one volume: a second one is refused.</summary>
    internal sealed class Sources(FieldErrors at)
    {
        /// <summary>How many there are.</summary>
        internal int Count { get; private set; }

        /// <summary>Is it the only one so far?</summary>
        internal bool IsFirst(string field)
        {
            if (Count++ == 0)
                return true;
            at.At(field).Forbidden("may not specify more than 1 volume type");
            return false;
        }
    }
}
