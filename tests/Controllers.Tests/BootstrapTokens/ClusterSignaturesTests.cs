using ControlPlane.Controllers.BootstrapTokens;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests.BootstrapTokens;

internal sealed class ClusterSignaturesTests
{
    private const string Content = "who and where";
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly BootstrapToken Token = new("abcdef", "0123456789abcdef");
    private static readonly ConfigMap Unsigned = new() { Data = ValueMap.Of("kubeconfig", Content) };

    [Test]
    public void Every_token_that_may_sign_gives_a_signature()
    {
        var signed = ClusterSignatures.Renewed(Unsigned, [Secret("signing")], Now);
        Assert.That(signed!.Data.Find("jws-kubeconfig-abcdef"), Is.EqualTo(ClusterInfo.Sign(Content, Token)));
    }

    [Test]
    public void What_is_signed_already_is_left_alone() =>
        Assert.That(ClusterSignatures.Renewed(ClusterSignatures.Renewed(Unsigned, [Secret("signing")], Now)!, [Secret("signing")], Now), Is.Null);

    [Test]
    public void A_new_content_is_signed_anew()
    {
        var signed = ClusterSignatures.Renewed(Unsigned, [Secret("signing")], Now)!;
        var renewed = ClusterSignatures.Renewed(signed with { Data = signed.Data.With("kubeconfig", "elsewhere") }, [Secret("signing")], Now);
        Assert.That(ClusterInfo.IsSignature(renewed!.Data["jws-kubeconfig-abcdef"], "elsewhere", Token));
    }

    [TestCase("authentication", 1, "bootstrap-token-abcdef", "bootstrap.kubernetes.io/token", TestName = "A_token_that_is_not_for_signing_gives_none")]
    [TestCase("signing", -1, "bootstrap-token-abcdef", "bootstrap.kubernetes.io/token", TestName = "A_token_that_has_ended_gives_none")]
    [TestCase("signing", 1, "bootstrap-token-uvwxyz", "bootstrap.kubernetes.io/token", TestName = "A_token_under_the_name_of_another_gives_none")]
    [TestCase("signing", 1, "bootstrap-token-abcdef", "Opaque", TestName = "A_secret_of_another_type_gives_none")]
    public void Others_give_none(string usage, int hours, string name, string type)
    {
        var secret = Secret(usage, Now.AddHours(hours));
        secret = secret with { Metadata = secret.Metadata with { Name = name }, Type = type };
        var signed = ClusterSignatures.Renewed(Unsigned, [Secret("signing")], Now)!;
        Assert.Multiple(() =>
        {
            Assert.That(ClusterSignatures.Renewed(Unsigned, [secret], Now), Is.Null);
            Assert.That(ClusterSignatures.Renewed(signed, [secret], Now), Is.EqualTo(Unsigned), "the signature it had is taken away");
        });
    }

    [Test]
    public void A_map_without_content_is_not_signed() =>
        Assert.That(ClusterSignatures.Renewed(new ConfigMap(), [Secret("signing")], Now), Is.Null);

    private static Secret Secret(string usage, DateTimeOffset? expires = null) => BootstrapTokenSecret.Of(Token, expires, [usage], [], "");
}
