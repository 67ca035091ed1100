using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Pki;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.ApiServer.Tests.Pki;

internal sealed class ClusterPkiTests
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2026-03-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
    private string _directory = "";

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("pki-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void A_fresh_directory_gets_kubeadms_files_readable_by_their_owner_alone()
    {
        ClusterPki.LoadOrCreate(Options(), _clock);
        string[] expected =
        [
            "admin.conf", "controller-manager.conf", "pki/apiserver-kubelet-client.crt", "pki/apiserver-kubelet-client.key", "pki/apiserver.crt", "pki/apiserver.key",
            "pki/ca.crt", "pki/ca.key", "pki/front-proxy-ca.crt", "pki/front-proxy-ca.key", "pki/front-proxy-client.crt", "pki/front-proxy-client.key",
            "pki/sa.key", "pki/sa.pub", "scheduler.conf", "super-admin.conf",
        ];
        var files = Directory.GetFiles(_directory, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_directory, file)).Order(StringComparer.Ordinal).ToArray();
        Assert.That(files, Is.EqualTo(expected));
        if (OperatingSystem.IsWindows())
            return;
        foreach (var file in files)
            Assert.That(File.GetUnixFileMode(Path.Combine(_directory, file)), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite), file);
    }

    [Test]
    public void The_serving_certificate_is_good_for_every_name_of_the_server()
    {
        var pki = ClusterPki.LoadOrCreate(Options() with { ExtraNames = ["lb.example.com", "203.0.113.9"] }, _clock);
        foreach (var name in (string[])["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost", "node-1", "lb.example.com"])
            Assert.That(pki.ServingCertificate.MatchesHostname(name), Is.True, name);
        foreach (var address in (string[])["127.0.0.1", "::1", "10.96.0.1", "192.0.2.7", "203.0.113.9"])
            Assert.That(pki.ServingCertificate.MatchesHostname(address), Is.True, address);
        Assert.That(Builds(pki.Authority.Certificate, pki.ServingCertificate), Is.True);
    }

    [Test]
    public void A_second_start_loads_what_the_first_one_made()
    {
        var first = ClusterPki.LoadOrCreate(Options(), _clock);
        var second = ClusterPki.LoadOrCreate(Options(), _clock);
        Assert.Multiple(() =>
        {
            Assert.That(second.Authority.Certificate.Thumbprint, Is.EqualTo(first.Authority.Certificate.Thumbprint));
            Assert.That(second.ServingCertificate.Thumbprint, Is.EqualTo(first.ServingCertificate.Thumbprint));
            Assert.That(second.ServiceAccountKey.Id, Is.EqualTo(first.ServiceAccountKey.Id));
            Assert.That(second.ServiceAccountKey.IsPrivate, Is.True);
        });
    }

    [Test]
    public void A_new_address_renews_the_serving_certificate_and_nothing_else()
    {
        var first = ClusterPki.LoadOrCreate(Options(), _clock);
        var second = ClusterPki.LoadOrCreate(Options() with { AdvertiseAddress = IPAddress.Parse("192.0.2.8") }, _clock);
        Assert.Multiple(() =>
        {
            Assert.That(second.ServingCertificate.MatchesHostname("192.0.2.8"), Is.True);
            Assert.That(second.Authority.Certificate.Thumbprint, Is.EqualTo(first.Authority.Certificate.Thumbprint));
            Assert.That(second.KubeletClientCertificate.Thumbprint, Is.EqualTo(first.KubeletClientCertificate.Thumbprint));
            Assert.That(File.ReadAllText(second.AdminConfigPath), Does.Contain("server: https://192.0.2.8:6443"));
        });
    }

    [Test]
    public void Certificates_are_renewed_in_the_last_third_of_their_life()
    {
        var first = ClusterPki.LoadOrCreate(Options(), _clock);
        _clock.Advance(TimeSpan.FromDays(200));
        Assert.That(ClusterPki.LoadOrCreate(Options(), _clock).ServingCertificate.Thumbprint, Is.EqualTo(first.ServingCertificate.Thumbprint));
        var config = File.ReadAllText(first.AdminConfigPath);
        _clock.Advance(TimeSpan.FromDays(60));
        Assert.That(ClusterPki.LoadOrCreate(Options(), _clock).ServingCertificate.Thumbprint, Is.Not.EqualTo(first.ServingCertificate.Thumbprint));
        Assert.That(File.ReadAllText(first.AdminConfigPath), Is.Not.EqualTo(config));
    }

    [Test]
    public void An_authority_with_an_rsa_key_signs_too()
    {
        using var rsa = RSA.Create(2048);
        var request = new CertificateRequest("CN=kubernetes", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var authority = request.CreateSelfSigned(_clock.GetUtcNow().AddDays(-1), _clock.GetUtcNow().AddYears(5));
        Directory.CreateDirectory(Path.Combine(_directory, "pki"));
        File.WriteAllText(Path.Combine(_directory, "pki", "ca.crt"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_directory, "pki", "ca.key"), rsa.ExportRSAPrivateKeyPem());
        File.WriteAllText(Path.Combine(_directory, "pki", "sa.key"), rsa.ExportRSAPrivateKeyPem());

        var pki = ClusterPki.LoadOrCreate(Options(), _clock);
        Assert.That(Builds(authority, pki.ServingCertificate), Is.True);
        Assert.That(pki.ServiceAccountKey.Algorithm, Is.EqualTo("RS256"));
        Assert.That(pki.Authority.Certificate.Thumbprint, Is.EqualTo(authority.Thumbprint));
    }

    [Test]
    public void The_admins_certificate_says_kubeadms_user_and_group()
    {
        var pki = ClusterPki.LoadOrCreate(Options(), _clock);
        var content = Kubeconfig.Read(File.ReadAllText(pki.AdminConfigPath))!;
        using var certificate = X509Certificate2.CreateFromPem(content.CertificatePem);
        var found = new ClientCertificateAuthenticator([pki.Authority.Certificate], _clock).Authenticate(certificate);
        Assert.Multiple(() =>
        {
            Assert.That(found.User!.Name, Is.EqualTo("kubernetes-admin"));
            Assert.That(found.User.Groups, Is.EqualTo(new[] { "kubeadm:cluster-admins" }));
            Assert.That(found.User.Extra[UserInfo.CredentialIdKey][0], Does.StartWith("X509SHA256="));
        });
    }

    [Test]
    public void A_client_certificate_is_refused_when_foreign_expired_or_a_servers()
    {
        var pki = ClusterPki.LoadOrCreate(Options(), _clock);
        var authenticator = new ClientCertificateAuthenticator([pki.Authority.Certificate], _clock);
        using var foreign = CertificateAuthority.Create("kubernetes", _clock).Issue(CertificateProfile.Client("eve", "system:masters"));
        using var own = pki.Authority.Issue(CertificateProfile.Client("ada"));
        Assert.That(authenticator.Authenticate(foreign).Refusal, Does.StartWith("x509: "));
        Assert.That(authenticator.Authenticate(pki.ServingCertificate).Refusal, Does.StartWith("x509: "));
        Assert.That(authenticator.Authenticate(own).User!.Name, Is.EqualTo("ada"));
        _clock.Advance(TimeSpan.FromDays(366));
        Assert.That(authenticator.Authenticate(own).Refusal, Does.Contain("expired"));
    }

    private static bool Builds(X509Certificate2 authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = certificate.NotBefore.AddHours(1);
        return chain.Build(certificate);
    }

    private ClusterPkiOptions Options() => new()
    {
        DataDirectory = _directory,
        NodeName = "node-1",
        AdvertiseAddress = IPAddress.Parse("192.0.2.7"),
        KubernetesServiceAddress = IPAddress.Parse("10.96.0.1"),
    };
}
