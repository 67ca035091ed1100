using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.ApiServer.Pki;

/// <summary>
/// The keys and certificates of a cluster, in kubeadm's files: made at the first start, loaded at the next, renewed when they near their end or
/// say too little. A directory that kubeadm made is taken over as it is.
/// </summary>
/// <remarks>
/// <para>admin.conf is kubeadm's: group kubeadm:cluster-admins, which gets its rights from a ClusterRoleBinding and can lose them again.
/// super-admin.conf is in system:masters, which no policy can bind: it is for the day on which RBAC itself is broken, and stays on the machine.</para>
/// <para>A certificate is renewed at start when less than a third of its life is left. Authorities and sa.key are never replaced by themselves:
/// everything signed by them would be worthless at once.</para>
/// </remarks>
public sealed class ClusterPki
{
    /// <summary>The group that admin.conf is in; <c>RbacBootstrap</c> binds it to cluster-admin.</summary>
    public const string AdministratorsGroup = "kubeadm:cluster-admins";

    private readonly ClusterPkiOptions _options;
    private readonly TimeProvider _clock;
    private readonly PemFiles _pki;
    private readonly PemFiles _configs;

    private ClusterPki(ClusterPkiOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _pki = new PemFiles(Path.Combine(options.DataDirectory, "pki"));
        _configs = new PemFiles(options.DataDirectory);
        Authority = LoadAuthority("ca", "kubernetes");
        FrontProxyAuthority = LoadAuthority("front-proxy-ca", "front-proxy-ca");
        ServiceAccountKey = LoadServiceAccountKey();
        ServingCertificate = LoadCertificate("apiserver", Authority, ServingProfile());
        KubeletClientCertificate = LoadCertificate(
            "apiserver-kubelet-client", Authority, CertificateProfile.Client("kube-apiserver-kubelet-client", AdministratorsGroup));
        FrontProxyClientCertificate = LoadCertificate("front-proxy-client", FrontProxyAuthority, CertificateProfile.Client("front-proxy-client"));
        WriteKubeconfigs();
    }

    /// <summary>Signs serving and client certificates of the cluster (ca.crt).</summary>
    public CertificateAuthority Authority { get; }

    /// <summary>Signs the certificate with which the aggregation layer speaks to extension API servers (front-proxy-ca.crt).</summary>
    public CertificateAuthority FrontProxyAuthority { get; }

    /// <summary>What the API server shows its clients (apiserver.crt).</summary>
    public X509Certificate2 ServingCertificate { get; }

    /// <summary>What the API server shows node agents (apiserver-kubelet-client.crt).</summary>
    public X509Certificate2 KubeletClientCertificate { get; }

    /// <summary>What the aggregation layer shows extension API servers (front-proxy-client.crt).</summary>
    public X509Certificate2 FrontProxyClientCertificate { get; }

    /// <summary>Signs service account tokens (sa.key).</summary>
    public ServiceAccountKey ServiceAccountKey { get; }

    /// <summary>The kubeconfig of a cluster administrator.</summary>
    public string AdminConfigPath => _configs.PathOf("admin.conf");

    /// <summary>Loads what is there and makes what is missing.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file is there and is no key or certificate.</exception>
    public static ClusterPki LoadOrCreate(ClusterPkiOptions options, TimeProvider clock) => new(options, clock);

    /// <summary>The kubeconfig file of a node agent, made where it is missing or about to end: kubelet.conf for this machine, else below nodes/.</summary>
    /// <returns>The file's path.</returns>
    public string KubeletConfig(string nodeName)
    {
        var file = nodeName == _options.NodeName ? "kubelet.conf" : $"nodes/{nodeName}.conf";
        WriteKubeconfig(file, _options.LocalServer, $"system:node:{nodeName}", CertificateProfile.Client($"system:node:{nodeName}", "system:nodes"));
        return _configs.PathOf(file);
    }

    /// <summary>The certificate that a node agent of this machine shows the API server on its own port (kubelet.crt).</summary>
    public X509Certificate2 KubeletServingCertificate(string nodeName, ImmutableArray<IPAddress> addresses) => LoadCertificate(
        "kubelet",
        Authority,
        CertificateProfile.Server($"system:node:{nodeName}", [nodeName, "localhost"], [IPAddress.Loopback, IPAddress.IPv6Loopback, .. addresses]) with
        {
            Organizations = ["system:nodes"],
        });

    private CertificateProfile ServingProfile()
    {
        var names = new List<string>
        {
            "kubernetes", "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{_options.ClusterDomain}", "localhost", _options.NodeName,
        };
        var addresses = new List<IPAddress> { IPAddress.Loopback, IPAddress.IPv6Loopback, _options.KubernetesServiceAddress, _options.AdvertiseAddress };
        foreach (var extra in _options.ExtraNames)
        {
            if (IPAddress.TryParse(extra, out var address))
                addresses.Add(address);
            else
                names.Add(extra);
        }

        return CertificateProfile.Server("kube-apiserver", [.. names.Distinct()], [.. addresses.Distinct()]);
    }

    private CertificateAuthority LoadAuthority(string name, string commonName)
    {
        if (_pki.Load(name) is { } found)
            return CertificateAuthority.Of(found, _clock);
        var made = CertificateAuthority.Create(commonName, _clock);
        _pki.Save(name, made.Certificate);
        return made;
    }

    private X509Certificate2 LoadCertificate(string name, CertificateAuthority authority, CertificateProfile profile)
    {
        if (_pki.Load(name) is { } found)
        {
            if (profile.IsMetBy(found) && IsSignedBy(authority, found) && !IsNearItsEnd(found))
                return found;
            found.Dispose();
        }

        var issued = authority.Issue(profile);
        _pki.Save(name, issued);
        return issued;
    }

    private ServiceAccountKey LoadServiceAccountKey()
    {
        if (File.Exists(_pki.PathOf("sa.key")))
            return ServiceAccountKey.FromPem(File.ReadAllText(_pki.PathOf("sa.key")));
        var made = ServiceAccountKey.Create();
        _pki.Write("sa.key", made.PrivatePem);
        _pki.Write("sa.pub", made.PublicPem);
        return made;
    }

    private void WriteKubeconfigs()
    {
        WriteKubeconfig("admin.conf", _options.AdvertisedServer, "kubernetes-admin", CertificateProfile.Client("kubernetes-admin", AdministratorsGroup));
        WriteKubeconfig(
            "super-admin.conf", _options.AdvertisedServer, "kubernetes-super-admin", CertificateProfile.Client("kubernetes-super-admin", "system:masters"));
        WriteKubeconfig(
            "controller-manager.conf", _options.LocalServer, "system:kube-controller-manager", CertificateProfile.Client("system:kube-controller-manager"));
        WriteKubeconfig("scheduler.conf", _options.LocalServer, "system:kube-scheduler", CertificateProfile.Client("system:kube-scheduler"));
    }

    private void WriteKubeconfig(string file, Uri server, string user, CertificateProfile profile)
    {
        var path = _configs.PathOf(file);
        if (File.Exists(path) && Kubeconfig.Read(File.ReadAllText(path)) is { } found && IsGood(found, server, profile))
            return;
        using var certificate = Authority.Issue(profile);
        _configs.Write(file, Kubeconfig.Write("kubernetes", server, Authority.Pem, user, certificate));
    }

    private bool IsGood(KubeconfigContent found, Uri server, CertificateProfile profile)
    {
        if (found.Server != server.GetLeftPart(UriPartial.Authority) || found.AuthorityPem.Trim() != Authority.Pem.Trim())
            return false;
        using var certificate = X509Certificate2.CreateFromPem(found.CertificatePem);
        return profile.IsMetBy(certificate) && !IsNearItsEnd(certificate);
    }

    private static bool IsSignedBy(CertificateAuthority authority, X509Certificate2 certificate) =>
        certificate.IssuerName.RawData.AsSpan().SequenceEqual(authority.Certificate.SubjectName.RawData)
        && KeyIdentifier(certificate) is { } id
        && authority.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().FirstOrDefault() is { } own
        && own.SubjectKeyIdentifierBytes.Span.SequenceEqual(id.Span);

    private static ReadOnlyMemory<byte>? KeyIdentifier(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;

    private bool IsNearItsEnd(X509Certificate2 certificate)
    {
        var (start, end) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return end - _clock.GetUtcNow().UtcDateTime < (end - start) / 3;
    }
}
