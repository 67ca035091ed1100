using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Certificates;
using ControlPlane.TestKit;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Controllers.Tests.Certificates;

public sealed class CertificateLoopTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly UserInfo Bootstrapper = UserInfo.Of("system:bootstrap:abcdef", "system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token", UserInfo.Authenticated);

    private Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync(
        settings => settings with { ClusterSigningDuration = TimeSpan.FromDays(1) }, "csrsigning", "csrapproving", "csrcleaner");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_joining_machine_gets_the_certificate_of_its_node()
    {
        var request = await IssuedAsync(Bootstrapper, Requests.ForNode("joining"));
        using var certificate = Requests.Issued(request);
        var approved = request.Find("Approved")!;
        Assert.Multiple(() =>
        {
            Assert.That((approved.Reason, approved.Message), Is.EqualTo(("AutoApproved", "Auto approving kubelet client certificate after SubjectAccessReview.")));
            Assert.That(certificate.GetNameInfo(X509NameType.SimpleName, false), Is.EqualTo("system:node:joining"));
            Assert.That(certificate.IssuerName.RawData, Is.EqualTo(_cluster.Server.Pki.Authority.Certificate.SubjectName.RawData));
            Assert.That(certificate.NotAfter - certificate.NotBefore, Is.EqualTo(TimeSpan.FromDays(1)));
        });
    }

    [Test]
    public async Task A_node_renews_its_own_certificate()
    {
        var request = await IssuedAsync(Node("renewing"), Requests.ForNode("renewing"));
        Assert.That(request.Find("Approved")!.Message, Is.EqualTo("Auto approving self kubelet client certificate after SubjectAccessReview."));
    }

    [Test]
    public async Task A_node_cannot_ask_for_the_certificate_of_another()
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => As(Node("one")).CreateAsync(Requests.ForNode("other"), None));
        Assert.That(refused!.Code, Is.EqualTo(403));
        Assert.That(refused.Status.Message, Does.EndWith("is forbidden: can only create a node CSR with CN=system:node:one"));
    }

    [Test]
    public async Task What_asks_for_a_time_gets_that_time()
    {
        var asked = Requests.ForNode("brief");
        var request = await IssuedAsync(Bootstrapper, asked with { Spec = asked.Spec with { ExpirationSeconds = 3600 } });
        using var certificate = Requests.Issued(request);
        Assert.That(certificate.NotAfter - certificate.NotBefore, Is.EqualTo(TimeSpan.FromMinutes(65)));
    }

    [Test]
    public async Task An_approved_request_that_breaks_its_signers_rules_fails()
    {
        var made = await _cluster.Api.CreateAsync(Requests.For(Requests.KubeletServing, Requests.Pem("O=system:nodes, CN=system:node:a"), "digital signature", "server auth"), None);
        await ApproveAsync(made);
        var failed = (await _cluster.UntilAsync(made, request => request.IsFailed)).Find("Failed")!;
        Assert.That((failed.Reason, failed.Message), Is.EqualTo(("SignerValidationFailure", "DNS or IP subjectAltName is required")));
    }

    [Test]
    public async Task A_persons_certificate_waits_for_approval()
    {
        var made = await _cluster.Api.CreateAsync(Requests.For(Requests.ApiServerClient, Requests.Pem("O=developers, CN=jane"), "client auth"), None);
        // Later than one that is approved by itself, so the approver has seen both.
        await IssuedAsync(Bootstrapper, Requests.ForNode("later"));
        Assert.That((await _cluster.Api.GetAsync<CertificateSigningRequest>(made.Key, None)).Status.Conditions, Is.Empty);
        await ApproveAsync(made);
        using var certificate = Requests.Issued(await _cluster.UntilAsync(made, request => request.IsIssued));
        Assert.That(certificate.GetNameInfo(X509NameType.SimpleName, false), Is.EqualTo("jane"));
    }

    [Test]
    public async Task A_denied_request_is_deleted_once_its_time_is_over()
    {
        var made = await _cluster.Api.CreateAsync(Requests.For("example.com/signer", Requests.Pem("CN=a"), "any"), None);
        var denied = made with { Status = made.Status with { Conditions = [new CertificateSigningRequestCondition { Type = "Denied", Status = "True", LastUpdateTime = Timestamp.From(DateTimeOffset.UnixEpoch) }] } };
        await _cluster.Api.UpdateSubresourceAsync<CertificateSigningRequest, CertificateSigningRequest>(made.Key, "approval", denied, None);
        await Eventually.TrueAsync(async () => await _cluster.Api.FindAsync<CertificateSigningRequest>(made.Key, None) is null);
    }

    private static UserInfo Node(string name) => UserInfo.Of($"system:node:{name}", "system:nodes", UserInfo.Authenticated);

    private ApiClient As(UserInfo user) => new(_cluster.Server.As(user));

    private async Task<CertificateSigningRequest> IssuedAsync(UserInfo user, CertificateSigningRequest request) =>
        await _cluster.UntilAsync(await As(user).CreateAsync(request, None), found => found.IsIssued);

    private async Task ApproveAsync(CertificateSigningRequest request)
    {
        var approved = request with { Status = request.Status with { Conditions = [new CertificateSigningRequestCondition { Type = "Approved", Status = "True", Reason = "Test" }] } };
        await _cluster.Api.UpdateSubresourceAsync<CertificateSigningRequest, CertificateSigningRequest>(request.Key, "approval", approved, None);
    }
}
