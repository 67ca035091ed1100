using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Node.Joining;
using ControlPlane.TestKit;
using ControlPlane.Types.Authentication;
using Microsoft.Extensions.Logging.Abstractions;
using CertificateProfile = ControlPlane.ApiServer.Pki.CertificateProfile;

namespace ControlPlane.Node.Tests.Joining;

internal sealed class CertificateRotationTests
{
    private JoiningCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await JoiningCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [TestCase(0, 70)]
    [TestCase(0.5, 80)]
    [TestCase(1, 90)]
    public void A_certificate_is_renewed_after_so_many_percent_of_its_time(double chance, int percent)
    {
        using var certificate = _cluster.Server.Pki.Authority.Issue(CertificateProfile.Client("system:node:a", "system:nodes"));
        var (start, end) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        Assert.That(CertificateRotation.DeadlineOf(certificate, chance).UtcDateTime, Is.EqualTo(start + ((end - start) * percent / 100)).Within(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task A_certificate_near_its_end_is_renewed_by_the_node_itself_and_comes_into_force()
    {
        using var directory = new TemporaryDirectory();
        var credentials = new NodeCredentials(directory.Path);
        // Five minutes of its time lie behind it, and one is left: 83 %.
        var profile = CertificateProfile.Client("system:node:renews", "system:nodes") with { Lifetime = TimeSpan.FromMinutes(1) };
        using var first = _cluster.Server.Pki.Authority.Issue(profile);
        credentials.Save(first, TimeProvider.System.GetUtcNow().AddMinutes(-5));
        credentials.WriteKubeconfig(_cluster.Server.Address, _cluster.Server.Pki.Authority.Pem);
        using var transport = new HttpsTransport(Kubeconfig.Load(credentials.KubeconfigPath, "", TimeProvider.System), TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var renewals = 0;
        var rotation = new CertificateRotation(
            "renews",
            credentials,
            new ApiClient(transport),
            () =>
            {
                transport.Reconnect();
                Interlocked.Increment(ref renewals);
            },
            TimeProvider.System,
            new AlwaysFirst(),
            NullLogger.Instance);

        Assert.That(await ShownAsync(transport), Is.EqualTo(Fingerprint(first)));
        var running = rotation.RunAsync(stop.Token);
        await _cluster.IssueAsync("renews", TimeProvider.System, TimeSpan.FromDays(1));
        await Eventually.TrueAsync(() => Volatile.Read(ref renewals) == 1);

        using var second = credentials.Load();
        Assert.That(await ShownAsync(transport), Is.EqualTo(Fingerprint(second)), "requests show the new certificate");
        Assert.Multiple(() =>
        {
            Assert.That(second.NotAfter, Is.GreaterThan(first.NotAfter));
            Assert.That(second.HasPrivateKey);
            Assert.That(new FileInfo(credentials.CertificatePath).LinkTarget, Does.StartWith("kubelet-client-2"));
        });
        await stop.CancelAsync();
        Assert.That(async () => await running, Throws.InstanceOf<OperationCanceledException>());
    }

    // The certificate that the server sees.
    private static async Task<string> ShownAsync(HttpsTransport transport)
    {
        var review = await new ApiClient(transport).CreateAsync(new SelfSubjectReview(), CancellationToken.None);
        return review.Status.UserInfo.Extra["authentication.kubernetes.io/credential-id"].Single();
    }

    private static string Fingerprint(X509Certificate2 certificate) => $"X509SHA256={Convert.ToHexStringLower(SHA256.HashData(certificate.RawData))}";

    /// <summary>Renews as early as may be.</summary>
    private sealed class AlwaysFirst : Random
    {
        public override double NextDouble() => 0;
    }
}
