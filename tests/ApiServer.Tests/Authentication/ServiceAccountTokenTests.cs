using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authentication.ServiceAccounts;
using ControlPlane.ApiServer.Pki;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.ApiServer.Tests.Authentication;

internal sealed class ServiceAccountTokenTests
{
    private const string Issuer = "https://kubernetes.default.svc.cluster.local";
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2026-03-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
    private readonly ServiceAccountKey _key = ServiceAccountKey.Create();
    private readonly Dictionary<(BoundObjectKind, string), BoundObject> _objects = [];

    [SetUp]
    public void MakeObjects()
    {
        _objects.Clear();
        _objects[(BoundObjectKind.ServiceAccount, "robot")] = new("sa-uid", null);
        _objects[(BoundObjectKind.Pod, "pod-1")] = new("pod-uid", null);
        _objects[(BoundObjectKind.Node, "node-1")] = new("node-uid", null);
    }

    [Test]
    public async Task A_minted_token_names_its_account_pod_and_node()
    {
        var found = await AuthenticateAsync(Mint(PodOrder(600)).Token);
        var user = found.Result.User!;
        Assert.Multiple(() =>
        {
            Assert.That(user.Name, Is.EqualTo("system:serviceaccount:team:robot"));
            Assert.That(user.Uid, Is.EqualTo("sa-uid"));
            Assert.That(user.Groups, Is.SupersetOf(new[] { "system:serviceaccounts", "system:serviceaccounts:team" }));
            Assert.That(user.Extra["authentication.kubernetes.io/pod-name"], Is.EqualTo(new[] { "pod-1" }));
            Assert.That(user.Extra["authentication.kubernetes.io/pod-uid"], Is.EqualTo(new[] { "pod-uid" }));
            Assert.That(user.Extra["authentication.kubernetes.io/node-name"], Is.EqualTo(new[] { "node-1" }));
            Assert.That(user.Extra[UserInfo.CredentialIdKey][0], Does.StartWith("JTI="));
            Assert.That(found.Audiences, Is.EqualTo(new[] { Issuer }));
        });
    }

    [Test]
    public void The_payload_has_upstreams_claims()
    {
        var minted = Mint(PodOrder(600));
        var parts = minted.Token.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Multiple(() =>
        {
            Assert.That((string?)header["kid"], Is.EqualTo(_key.Id));
            Assert.That((string?)header["alg"], Is.EqualTo("ES256"));
            Assert.That((string?)payload["iss"], Is.EqualTo(Issuer));
            Assert.That((string?)payload["sub"], Is.EqualTo("system:serviceaccount:team:robot"));
            Assert.That((long?)payload["iat"], Is.EqualTo(now));
            Assert.That((long?)payload["nbf"], Is.EqualTo(now));
            Assert.That((long?)payload["exp"], Is.EqualTo(now + 600));
            Assert.That(payload["kubernetes.io"]!.ToJsonString(), Is.EqualTo(
                """{"namespace":"team","node":{"name":"node-1","uid":"node-uid"},"pod":{"name":"pod-1","uid":"pod-uid"},"serviceaccount":{"name":"robot","uid":"sa-uid"}}"""));
        });
    }

    [Test]
    public async Task A_projected_volumes_token_lives_a_year_and_warns_after_an_hour()
    {
        var minted = Mint(PodOrder(ServiceAccountTokens.WarnOnlySeconds));
        Assert.That(minted.Expires, Is.EqualTo(_clock.GetUtcNow().AddSeconds(3607)));
        Assert.That((await AuthenticateAsync(minted.Token)).Result.StaleToken, Is.Null);
        _clock.Advance(TimeSpan.FromSeconds(3617));
        var late = await AuthenticateAsync(minted.Token);
        Assert.That(late.Result.User, Is.Not.Null);
        Assert.That(late.Result.StaleToken, Is.EqualTo("subject: system:serviceaccount:team:robot, seconds after warning threshold: 10"));
        _clock.Advance(TimeSpan.FromDays(365));
        Assert.That((await AuthenticateAsync(minted.Token)).Result.Refusal, Is.EqualTo("service account token has expired"));
    }

    [Test]
    public async Task A_token_ends_with_what_it_is_bound_to()
    {
        var token = Mint(PodOrder(600)).Token;
        _objects[(BoundObjectKind.Pod, "pod-1")] = new("another", null);
        Assert.That((await AuthenticateAsync(token)).Result.Refusal, Does.Contain("does not match claim"));
        _objects[(BoundObjectKind.Pod, "pod-1")] = new("pod-uid", _clock.GetUtcNow().AddSeconds(-30));
        Assert.That((await AuthenticateAsync(token)).Result.User, Is.Not.Null, "within the leeway after deletion");
        _objects[(BoundObjectKind.Pod, "pod-1")] = new("pod-uid", _clock.GetUtcNow().AddSeconds(-61));
        Assert.That((await AuthenticateAsync(token)).Result.Refusal, Is.EqualTo("service account token has been invalidated"));
        _objects.Remove((BoundObjectKind.Pod, "pod-1"));
        Assert.That((await AuthenticateAsync(token)).Result.User, Is.Null);
        _objects[(BoundObjectKind.Pod, "pod-1")] = new("pod-uid", null);
        _objects.Remove((BoundObjectKind.ServiceAccount, "robot"));
        Assert.That((await AuthenticateAsync(token)).Result.User, Is.Null);
    }

    [Test]
    public async Task Tokens_of_other_audiences_keys_and_issuers_are_no_good()
    {
        var vault = Mint(PodOrder(600) with { Audiences = ["vault"] }).Token;
        Assert.That((await AuthenticateAsync(vault)).Result.Refusal, Does.Contain("audiences"));
        Assert.That((await AuthenticateAsync(vault, "vault")).Audiences, Is.EqualTo(new[] { "vault" }));

        var forged = new ServiceAccountTokens(ServiceAccountKey.Create(), Issuer, [Issuer], true, _clock).Mint(PodOrder(600)).Token;
        Assert.That((await AuthenticateAsync(forged)).Result.Refusal, Does.Contain("signature"));

        var foreign = new ServiceAccountTokens(_key, "https://elsewhere", [Issuer], true, _clock).Mint(PodOrder(600)).Token;
        Assert.That((await AuthenticateAsync(foreign)).Result, Is.EqualTo(ControlPlane.ApiServer.Authentication.Authentication.Unknown));
    }

    [Test]
    public async Task A_changed_payload_is_refused()
    {
        var parts = Mint(PodOrder(600)).Token.Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("robot", "admin", StringComparison.Ordinal);
        var changed = $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.{parts[2]}";
        Assert.That((await AuthenticateAsync(changed)).Result.Refusal, Does.Contain("signature"));
    }

    [Test]
    public async Task A_key_set_made_by_kubeadm_signs_rs256()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var key = ServiceAccountKey.FromPem(rsa.ExportRSAPrivateKeyPem());
        var token = new ServiceAccountTokens(key, Issuer, [Issuer], true, _clock).Mint(PodOrder(600)).Token;
        var found = await new ServiceAccountTokenAuthenticator([_key, key], [Issuer], FindAsync, _clock).AuthenticateTokenAsync(token, [Issuer], default);
        Assert.That(found.Result.User?.Name, Is.EqualTo("system:serviceaccount:team:robot"));
    }

    [Test]
    public async Task The_cache_forgets_after_ten_seconds()
    {
        var authenticator = new BearerTokenAuthenticator([Authenticator()], [Issuer], new TokenCache(_clock));
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        http.Request.Headers.Authorization = "Bearer " + Mint(PodOrder(600)).Token;
        Assert.That((await authenticator.AuthenticateAsync(http, default)).User, Is.Not.Null);
        _objects.Remove((BoundObjectKind.Pod, "pod-1"));
        Assert.That((await authenticator.AuthenticateAsync(http, default)).User, Is.Not.Null);
        _clock.Advance(TimeSpan.FromSeconds(11));
        Assert.That((await authenticator.AuthenticateAsync(http, default)).User, Is.Null);
    }

    private static TokenOrder PodOrder(long seconds) =>
        new("team", new("robot", "sa-uid"), [], seconds, new("pod-1", "pod-uid"), null, new("node-1", "node-uid"));

    private MintedToken Mint(TokenOrder order) => new ServiceAccountTokens(_key, Issuer, [Issuer], true, _clock).Mint(order);

    private ValueTask<TokenAuthentication> AuthenticateAsync(string token, string audience = Issuer) => Authenticator().AuthenticateTokenAsync(token, [audience], default);

    private ServiceAccountTokenAuthenticator Authenticator() => new([_key], [Issuer], FindAsync, _clock);

    private ValueTask<BoundObject?> FindAsync(BoundObjectKind kind, string @namespace, string name, CancellationToken cancel) => new(_objects.GetValueOrDefault((kind, name)));
}
