using ControlPlane.ApiServer.Authentication;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.ApiServer.Tests.Authentication;

internal sealed class BootstrapTokenTests
{
    private static readonly BootstrapToken Token = new("abcdef", "0123456789abcdef");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));

    [Test]
    public async Task A_token_is_a_bootstrapper_with_its_extra_groups()
    {
        var user = await UserAsync(Secret(groups: ["system:bootstrappers:kubeadm:default-node-token"]));
        Assert.That(user!.Name, Is.EqualTo("system:bootstrap:abcdef"));
        Assert.That(user.Groups, Is.EquivalentTo(new[] { "system:bootstrappers", "system:bootstrappers:kubeadm:default-node-token" }));
    }

    [Test]
    public async Task A_token_counts_until_it_ends()
    {
        var secret = Secret(expires: _clock.GetUtcNow().AddMinutes(1));
        Assert.That(await UserAsync(secret), Is.Not.Null);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await UserAsync(secret), Is.Null);
    }

    [Test]
    public async Task A_token_that_is_not_for_authentication_is_nobodys() => Assert.That(await UserAsync(Secret(usage: "signing")), Is.Null);

    [Test]
    public async Task A_group_outside_of_bootstrappers_makes_the_token_worthless() => Assert.That(await UserAsync(Secret(groups: ["system:masters"])), Is.Null);

    [TestCase("abcdef.0123456789abcdee")]
    [TestCase("abcdeg.0123456789abcdef")]
    [TestCase("abcdef.0123456789ABCDEF")]
    [TestCase("abcdef")]
    public async Task Another_token_is_nobodys(string token) => Assert.That(await UserAsync(Secret(), token), Is.Null);

    private static Secret Secret(string usage = "authentication", DateTimeOffset? expires = null, params string[] groups) =>
        BootstrapTokenSecret.Of(Token, expires, [usage], groups, "");

    private async Task<UserInfo?> UserAsync(Secret secret, string token = "abcdef.0123456789abcdef")
    {
        var authenticator = new BootstrapTokenAuthenticator(
            (name, type, _) => ValueTask.FromResult<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>?>(
                name == secret.Metadata.Name && type == secret.Type ? secret.Data.ToDictionary(entry => entry.Key, entry => entry.Value.Memory) : null),
            _clock);
        return (await authenticator.AuthenticateTokenAsync(token, [], CancellationToken.None)).Result.User;
    }
}
