using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Volumes that several sources fill (core/validation: validateProjectedVolumeSource). No two of them may write one file.</summary>
internal static class ProjectionChecks
{
    private const int MinTokenSeconds = 600; // core/validation: ten minutes
    private const long MaxTokenSeconds = 1L << 32;
    private const int MinCertificateSeconds = 3600; // core/validation: an hour
    private const int MaxCertificateSeconds = 91 * 24 * 3600; // core/validation: 91 days

    private static readonly string[] KeyTypes = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];

    internal static void Check(ProjectedVolumeSource source, FieldErrors at)
    {
        VolumeChecks.CheckMode(source.DefaultMode, at.At("defaultMode"));
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < source.Sources.Count; i++)
            Check(source.Sources[i], paths, at.At("sources", i), at);
    }

    private static void Check(VolumeProjection source, HashSet<string> paths, FieldErrors at, FieldErrors volume)
    {
        var count = 0;
        if (source.Secret is { } secret)
            CheckMap(secret.Name, secret.Items, ref count, paths, at.At("secret"), volume);
        if (source.ConfigMap is { } map)
            CheckMap(map.Name, map.Items, ref count, paths, at.At("configMap"), volume);
        if (source.DownwardAPI is { } downward)
        {
            count++;
            foreach (var item in downward.Items)
            {
                VolumeChecks.CheckDownward(item, at.At("downwardAPI"));
                CheckUnused(item.Path, item.Path, paths, volume);
            }
        }

        if (source.ServiceAccountToken is { } token)
        {
            count++;
            CheckToken(token, at.At("serviceAccountToken"), volume);
        }

        if (source.ClusterTrustBundle is { } bundle)
        {
            count++;
            CheckBundle(bundle, at.At("clusterTrustBundle"));
            if (!paths.Add(bundle.Path))
                volume.Invalid(bundle.Path, "conflicting duplicate paths");
        }

        if (source.PodCertificate is { } certificate)
        {
            count++;
            CheckCertificate(certificate, paths, at.At("podCertificate"), volume);
        }

        if (count > 1)
            at.Forbidden("may not specify more than 1 volume type per source");
    }

    private static void CheckMap(string name, ValueList<KeyToPath> items, ref int count, HashSet<string> paths, FieldErrors at, FieldErrors volume)
    {
        count++;
        if (name.Length == 0)
            at.At("name").Required();
        for (var i = 0; i < items.Count; i++)
        {
            VolumeChecks.CheckItem(items[i], at.At("items", i));
            CheckUnused(items[i].Path, name, paths, volume);
        }
    }

    private static void CheckUnused(string path, string printed, HashSet<string> paths, FieldErrors volume)
    {
        if (path.Length > 0 && !paths.Add(path))
            volume.Invalid(printed, "conflicting duplicate paths");
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

    private static void CheckBundle(ClusterTrustBundleProjection bundle, FieldErrors at)
    {
        switch (bundle)
        {
            case { Name: not null, SignerName: not null }:
                at.Invalid(bundle, "only one of name and signerName may be used");
                break;
            case { Name: { } name }:
                CheckBundleName(name, at.At("name"));
                if (bundle.LabelSelector is { } selector)
                    at.At("labelSelector").Invalid(selector, "labelSelector must be unset if name is specified");
                break;
            case { SignerName: { } signer }:
                if (signer.Length == 0)
                    at.At("signerName").Required("must be a valid signer name");
                SignerChecks.CheckName(signer, at.At("signerName"));
                at.At("labelSelector").Selector(bundle.LabelSelector);
                break;
            default:
                at.Required("either name or signerName must be specified");
                break;
        }

        if (bundle.Path.Length == 0)
            at.At("path").Required();
        PathChecks.OfFile(bundle.Path, at.At("path"));
    }

    // Bundles of a signer begin with its name; others are named as most objects are.
    private static void CheckBundleName(string name, FieldErrors at)
    {
        if (name.Length == 0)
            at.Required("must be a valid object name");
        var prefix = name.LastIndexOf(':');
        foreach (var complaint in Names.Subdomain(prefix < 0 ? name : name[(prefix + 1)..]))
            at.Invalid(name, $"not a valid clustertrustbundlename: {complaint}");
    }

    private static void CheckCertificate(PodCertificateProjection certificate, HashSet<string> paths, FieldErrors at, FieldErrors volume)
    {
        SignerChecks.CheckName(certificate.SignerName, at.At("signerName"));
        if (!KeyTypes.Contains(certificate.KeyType))
            at.At("keyType").NotSupported(certificate.KeyType, KeyTypes);
        if (certificate.MaxExpirationSeconds is < MinCertificateSeconds)
            at.At("maxExpirationSeconds").Invalid(certificate.MaxExpirationSeconds.Value, "if provided, maxExpirationSeconds must be >= 3600");
        if (certificate.MaxExpirationSeconds is > MaxCertificateSeconds)
            at.At("maxExpirationSeconds").Invalid(certificate.MaxExpirationSeconds.Value, "if provided, maxExpirationSeconds must be <= 7862400");
        if (certificate is { CredentialBundlePath.Length: 0, KeyPath.Length: 0, CertificateChainPath.Length: 0 })
            at.Required("specify at least one of credentialBundlePath, keyPath, and certificateChainPath");
        CheckFile(certificate.CredentialBundlePath, "credentialBundlePath", paths, at, volume);
        CheckFile(certificate.KeyPath, "keyPath", paths, at, volume);
        CheckFile(certificate.CertificateChainPath, "certificateChainPath", paths, at, volume);
    }

    private static void CheckFile(string path, string field, HashSet<string> paths, FieldErrors at, FieldErrors volume)
    {
        if (path.Length == 0)
            return;
        PathChecks.OfFile(path, at.At(field));
        CheckUnused(path, path, paths, volume);
    }
}
