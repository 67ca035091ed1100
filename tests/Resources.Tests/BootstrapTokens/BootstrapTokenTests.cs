using ControlPlane.Resources.Core.BootstrapTokens;

namespace ControlPlane.Resources.Tests.BootstrapTokens;

internal sealed class BootstrapTokenTests
{
    [TestCase("abcdef.0123456789abcdef", true)]
    [TestCase("abcdef.0123456789abcdeF", false)]
    [TestCase("abcdef.0123456789abcde", false)]
    [TestCase("abcdef.0123456789abcdef\n", false)]
    [TestCase("abcde.0123456789abcdef", false)]
    [TestCase("", false)]
    public void A_token_has_one_form(string text, bool isToken) => Assert.That(BootstrapToken.TryParse(text, out _), Is.EqualTo(isToken));

    [Test]
    public void A_new_token_has_that_form_and_is_another_each_time()
    {
        var (one, other) = (BootstrapToken.Create(), BootstrapToken.Create());
        Assert.That(BootstrapToken.TryParse(one.ToText(), out var read));
        Assert.That(read, Is.EqualTo(one).And.Not.EqualTo(other));
    }

    [Test]
    public void A_token_does_not_print_its_secret() => Assert.That($"{new BootstrapToken("abcdef", "0123456789abcdef")}", Is.EqualTo("abcdef"));

    // A pair that k8s.io/cluster-bootstrap tests itself with.
    [Test]
    public void Content_is_signed_as_upstream_signs_it()
    {
        var token = new BootstrapToken("joshua", "my voice is my passcode");
        const string Signature = "eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..7Ui1ALizW4jXphVUB7xUqC9vLYLL9RZeOFfVLoB7Tgk";
        Assert.Multiple(() =>
        {
            Assert.That(ClusterInfo.Sign("", token), Is.EqualTo(Signature));
            Assert.That(ClusterInfo.IsSignature(Signature, "", token));
            Assert.That(ClusterInfo.IsSignature(Signature, " ", token), Is.False);
            Assert.That(ClusterInfo.IsSignature(Signature, "", token with { Secret = "another" }), Is.False);
        });
    }

    [Test]
    public void A_secret_says_what_it_was_made_of()
    {
        var (token, end) = (BootstrapToken.Create(), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var secret = BootstrapTokenSecret.Of(token, end, ["signing", "authentication"], ["system:bootstrappers:a", "system:bootstrappers:b"], "for tests");
        Assert.Multiple(() =>
        {
            Assert.That(secret.IsBootstrapToken);
            Assert.That(secret.BootstrapToken, Is.EqualTo(token));
            Assert.That(secret.TokenExpiry, Is.EqualTo(end));
            Assert.That(secret.TokenUsages, Is.EquivalentTo(new[] { "authentication", "signing" }));
            Assert.That(secret.ExtraGroups, Is.EqualTo("system:bootstrappers:a,system:bootstrappers:b"));
            Assert.That(secret.Description, Is.EqualTo("for tests"));
        });
    }

    [Test]
    public void An_end_that_cannot_be_read_has_passed()
    {
        var secret = BootstrapTokenSecret.Of(BootstrapToken.Create(), null, [], [], "");
        Assert.That(secret.TokenExpiry, Is.Null);
        secret = secret with { Data = secret.Data.With("expiration", Machinery.Values.ByteString.FromText("tomorrow")) };
        Assert.That(secret.TokenExpiry, Is.EqualTo(DateTimeOffset.MinValue));
    }
}
