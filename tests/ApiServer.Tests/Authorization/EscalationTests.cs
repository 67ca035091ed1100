using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Tests.Authorization;

internal sealed class EscalationTests
{
    private static readonly UserInfo Ada = UserInfo.Of("ada", "devs");
    private static readonly RbacRule ReadPods = RbacRule.On([""], ["pods"], "get", "list");
    private static readonly RbacRule ReadSecrets = RbacRule.On([""], ["secrets"], "get");
    private readonly RbacPolicy _policy = new();

    [SetUp]
    public void GiveAdaPods() => _policy.Replace(
        [new(new("", "reader"), [ReadPods]), new(new("", "secret-reader"), [ReadSecrets])],
        [new("", "ada", new("", "reader"), [new("User", "", "ada")])]);

    [Test]
    public async Task What_one_has_one_may_give()
    {
        await Check().CheckRoleAsync(Ada, new(new("team", "r"), [ReadPods]), [], false, default);
        await Check().CheckBindingAsync(Ada, new("team", "b", new("", "reader"), []), default);
    }

    [Test]
    public async Task What_one_does_not_have_one_may_not_give()
    {
        var refused = (await Assert.ThrowsAsync<ApiException>(() => Check().CheckRoleAsync(Ada, new(new("team", "r"), [ReadPods, ReadSecrets]), [], false, default).AsTask()))!;
        Assert.That(refused.Code, Is.EqualTo(403));
        Assert.That(refused.Message, Is.EqualTo(
            "roles.rbac.authorization.k8s.io \"r\" is forbidden: user \"ada\" (groups=[\"devs\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\"]}"));
        await Assert.ThrowsAsync<ApiException>(() => Check().CheckBindingAsync(Ada, new("team", "b", new("", "secret-reader"), []), default).AsTask());
        await Assert.ThrowsAsync<ApiException>(() => Check().CheckRoleAsync(Ada, new(new("", "r"), []), [], true, default).AsTask(), "an aggregated role can become anything");
    }

    [Test]
    public async Task The_verbs_bind_and_escalate_lift_the_rule()
    {
        _policy.Change(snapshot => snapshot
            .With(new RbacRole(new("", "giver"), [RbacRule.On([RbacRecords.Group], ["clusterroles"], "bind") with { Names = ["secret-reader"] }, RbacRule.On([RbacRecords.Group], ["roles"], "escalate")]))
            .With(new RbacBinding("", "giver", new("", "giver"), [new("User", "", "ada")])));
        await Check().CheckBindingAsync(Ada, new("team", "b", new("", "secret-reader"), []), default);
        await Check().CheckRoleAsync(Ada, new(new("team", "r"), [ReadSecrets]), [], false, default);
    }

    [Test]
    public async Task Rules_that_do_not_change_are_not_judged() =>
        await Check().CheckRoleAsync(Ada, new(new("team", "r"), [ReadSecrets]), [ReadSecrets], false, default);

    private EscalationCheck Check()
    {
        var rbac = new RbacAuthorizer(_policy);
        return new(rbac, rbac, _policy);
    }
}
