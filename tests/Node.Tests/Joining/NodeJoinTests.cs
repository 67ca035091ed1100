using System.Security.Cryptography.X509Certificates;
using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Machinery.Meta;
using ControlPlane.Node.Joining;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Node.Tests.Joining;

internal sealed class NodeJoinTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private JoiningCluster _cluster = null!;
    private TemporaryDirectory _directory = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await JoiningCluster.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [SetUp]
    public void MakeDirectory() => _directory = new TemporaryDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    public async Task A_machine_with_a_token_becomes_the_user_of_its_node()
    {
        var token = await SignedTokenAsync();
        await Task.WhenAll(JoinAsync("joins", _cluster.Offer(token)), _cluster.IssueAsync("joins", TimeProvider.System, TimeSpan.FromHours(1)));

        var credentials = new NodeCredentials(_directory.Path);
        Assert.That(credentials.Exist);
        using var transport = new HttpsTransport(Kubeconfig.Load(credentials.KubeconfigPath, "", TimeProvider.System), TimeProvider.System);
        var made = await new ApiClient(transport).CreateAsync(new Types.Core.Node { Metadata = new ObjectMeta { Name = "joins" } }, None);
        Assert.That(made.Metadata.Uid, Is.Not.Empty);
        Assert.That(File.GetUnixFileMode(credentials.CertificatePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task A_machine_that_is_told_the_authority_needs_no_cluster_info()
    {
        var offer = _cluster.Offer(await _cluster.TokenAsync()) with { AuthorityPem = _cluster.Server.Pki.Authority.Pem };
        await Task.WhenAll(JoinAsync("told", offer), _cluster.IssueAsync("told", TimeProvider.System, TimeSpan.FromHours(1)));
        Assert.That(new NodeCredentials(_directory.Path).Exist);
    }

    [Test]
    public async Task A_restart_while_waiting_goes_on_with_the_same_request()
    {
        var offer = _cluster.Offer(await _cluster.TokenAsync()) with { AuthorityPem = _cluster.Server.Pki.Authority.Pem };
        using var killed = new CancellationTokenSource();
        var first = JoinAsync("again", offer, killed.Token);
        var waiting = await Eventually.SomeAsync(async () => (await RequestsAsync("again")).FirstOrDefault());
        await killed.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());

        await Task.WhenAll(JoinAsync("again", offer), _cluster.IssueAsync("again", TimeProvider.System, TimeSpan.FromHours(1)));
        Assert.That((await RequestsAsync("again")).Select(request => request.Metadata.Uid), Is.EqualTo(new[] { waiting.Metadata.Uid }));
    }

    [Test]
    public async Task A_denied_request_is_told_and_a_later_try_asks_anew()
    {
        var offer = _cluster.Offer(await _cluster.TokenAsync()) with { AuthorityPem = _cluster.Server.Pki.Authority.Pem };
        var denied = JoinAsync("denied", offer);
        await _cluster.DenyAsync("denied");
        Assert.That(async () => await denied, Throws.TypeOf<JoinException>().With.Message.EndsWith("was denied: Unknown no such machine"));
        await Task.WhenAll(JoinAsync("denied", offer), _cluster.IssueAsync("denied", TimeProvider.System, TimeSpan.FromHours(1)));
    }

    [Test]
    public async Task A_server_that_does_not_know_the_secret_is_not_believed()
    {
        var token = await SignedTokenAsync();
        Assert.That(
            async () => await JoinAsync("fooled", _cluster.Offer(token with { Secret = "0000000000000000" })),
            Throws.TypeOf<JoinException>().With.Message.Contains($"cannot prove that it knows token {token.Id}"));
    }

    [Test]
    public async Task An_authority_with_another_key_is_not_believed()
    {
        var offer = _cluster.Offer(await SignedTokenAsync());
        Assert.That(
            async () => await JoinAsync("pinned", offer with { AuthorityHashes = [JoinOffer.HashOf(_cluster.Server.Pki.FrontProxyAuthority.Certificate)] }),
            Throws.TypeOf<JoinException>().With.Message.Contains("does not match --ca-cert-hash"));
        var right = offer with { AuthorityHashes = [JoinOffer.HashOf(_cluster.Server.Pki.Authority.Certificate)] };
        await Task.WhenAll(JoinAsync("pinned", right), _cluster.IssueAsync("pinned", TimeProvider.System, TimeSpan.FromHours(1)));
    }

    [Test]
    public async Task A_token_that_is_not_for_authentication_is_refused()
    {
        var offer = _cluster.Offer(await _cluster.TokenAsync("signing")) with { AuthorityPem = _cluster.Server.Pki.Authority.Pem };
        Assert.That(async () => await JoinAsync("unauthorized", offer), Throws.TypeOf<JoinException>().With.Message.Contains($"does not accept token {offer.Token.Id}"));
    }

    [Test]
    public async Task A_server_signed_by_somebody_else_is_not_told_the_token()
    {
        var offer = _cluster.Offer(await _cluster.TokenAsync()) with { AuthorityPem = _cluster.Server.Pki.FrontProxyAuthority.Pem };
        Assert.That(async () => await JoinAsync("stranger", offer), Throws.TypeOf<JoinException>().With.Message.Contains("is not to be trusted"));
    }

    [Test]
    public async Task An_unknown_token_is_refused_after_some_patience()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var joining = JoinAsync("unknown", _cluster.Offer(BootstrapToken.Create()), clock: clock);
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(200));
            return joining.IsCompleted;
        });
        Assert.That(async () => await joining, Throws.TypeOf<JoinException>().With.Message.Contains("does not know token"));
    }

    [Test]
    public async Task A_server_that_is_not_there_is_waited_for()
    {
        var log = new RecordingLog();
        using var stop = new CancellationTokenSource();
        var offer = _cluster.Offer(BootstrapToken.Create()) with { Server = new Uri($"https://127.0.0.1:{FreePort.Take(1)[0]}") };
        var joining = new NodeJoin("early", new NodeCredentials(_directory.Path), TimeProvider.System, new Random(1), log).RunAsync(offer, stop.Token);
        await Eventually.TrueAsync(() => log.Lines.Any(line => line.Contains("cannot be reached, trying again", StringComparison.Ordinal)));
        Assert.That(joining.IsCompleted, Is.False);
        await stop.CancelAsync();
        Assert.That(async () => await joining, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase("sha256:ab", false)]
    [TestCase("sha1:0123456789012345678901234567890123456789012345678901234567890123", false)]
    [TestCase("sha256:0123456789012345678901234567890123456789012345678901234567890123", true)]
    public void A_hash_has_one_form(string hash, bool isHash) => Assert.That(JoinOffer.HashComplaint(hash) is null, Is.EqualTo(isHash));

    private async Task<BootstrapToken> SignedTokenAsync()
    {
        var token = await _cluster.TokenAsync();
        await _cluster.SignAsync(token);
        return token;
    }

    private async Task<IReadOnlyList<Types.Certificates.CertificateSigningRequest>> RequestsAsync(string node) =>
        [.. (await _cluster.Api.ListAsync<Types.Certificates.CertificateSigningRequest>(ObjectQuery.All, None)).Items
            .Where(request => Resources.Certificates.SigningRequest.Parse(request.Spec.Request.Span).Subject.CommonName == $"system:node:{node}")];

    private Task JoinAsync(string node, JoinOffer offer, CancellationToken cancel = default, TimeProvider? clock = null) =>
        new NodeJoin(node, new NodeCredentials(_directory.Path), clock ?? TimeProvider.System, new Random(1), NullLogger.Instance).RunAsync(offer, cancel);
}
