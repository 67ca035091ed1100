using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Tests.Authorization;

internal sealed class AuthorizationStageTests
{
    private static readonly AuthorizationStage Stage = new(AuthorizerChain.Of(["RBAC"], FixedAuthorizer.AlwaysAllow, new Opinionless()));

    [Test]
    public async Task Refusals_are_upstreams_word_for_word()
    {
        var (list, path) = (await RefuseAsync(Requested.Pods("list", UserInfo.Of("x"))), await RefuseAsync(Requested.Path("/metrics", UserInfo.Of("x"))));
        Assert.Multiple(() =>
        {
            Assert.That(list,
                Is.EqualTo("pods is forbidden: User \"x\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\""));
            Assert.That(path, Is.EqualTo("forbidden: User \"x\" cannot get path \"/metrics\""));
            Assert.That(
                Refusal.Of(new(UserInfo.Of("x"), "update", "apps", "v1", "deployments", "scale", "", "web", ""), "because").Message,
                Is.EqualTo("deployments.apps \"web\" is forbidden: User \"x\" cannot update resource \"deployments/scale\" in API group \"apps\" at the cluster scope: because"));
        });
    }

    [Test]
    public async Task Masters_pass_whatever_the_policy_says()
    {
        var passed = false;
        await Stage.InvokeAsync(Requested.Pods("list", UserInfo.Of("root", UserInfo.Masters)), _ =>
        {
            passed = true;
            return Task.CompletedTask;
        });
        Assert.That(passed, Is.True);
    }

    [Test]
    public void An_unknown_mode_is_refused_at_start() =>
        Assert.That(() => AuthorizerChain.Of(["ABAC"], FixedAuthorizer.AlwaysAllow, FixedAuthorizer.AlwaysAllow), Throws.ArgumentException);

    private static async Task<string> RefuseAsync(ApiContext context)
    {
        var refused = (await Assert.ThrowsAsync<ApiException>(() => Stage.InvokeAsync(context, _ => Task.CompletedTask)))!;
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((403, "Forbidden")));
        return refused.Message;
    }

    private sealed class Opinionless : IAuthorizer
    {
        public ValueTask<Decision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancel) => new(Decision.NoOpinion());
    }
}
