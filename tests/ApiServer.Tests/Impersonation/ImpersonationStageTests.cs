using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.ApiServer.Impersonation;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Tests.Impersonation;

internal sealed class ImpersonationStageTests
{
    [Test]
    public async Task A_user_acts_as_another_and_the_headers_end_here()
    {
        var context = Requested.Pods("list", UserInfo.Of("root"));
        context.Http.Request.Headers["Impersonate-User"] = "ada";
        context.Http.Request.Headers["Impersonate-Group"] = new(["devs", "ops"]);
        context.Http.Request.Headers["Impersonate-Extra-Example.com%2FScope"] = "view";
        await Stage("users", "groups", "userextras/example.com/scope").InvokeAsync(context, _ => Task.CompletedTask);
        Assert.Multiple(() =>
        {
            Assert.That(context.User.Name, Is.EqualTo("ada"));
            Assert.That(context.User.Groups, Is.EqualTo(new[] { "devs", "ops", "system:authenticated" }));
            Assert.That(context.User.Extra["example.com/scope"], Is.EqualTo(new[] { "view" }));
            Assert.That(context.Impersonator!.Name, Is.EqualTo("root"));
            Assert.That(context.Http.Request.Headers.Keys, Has.None.StartsWith("Impersonate-"));
        });
    }

    [Test]
    public async Task A_service_account_brings_its_groups_along()
    {
        var context = Requested.Pods("list", UserInfo.Of("root"));
        context.Http.Request.Headers["Impersonate-User"] = "system:serviceaccount:team:robot";
        await Stage("serviceaccounts").InvokeAsync(context, _ => Task.CompletedTask);
        Assert.That(context.User.Groups, Is.EquivalentTo(new[] { "system:serviceaccounts", "system:serviceaccounts:team", "system:authenticated" }));
    }

    [TestCase("users", "users \"ada\" is forbidden: User \"root\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope")]
    [TestCase("groups", "groups \"devs\" is forbidden: User \"root\" cannot impersonate resource \"groups\" in API group \"\" at the cluster scope")]
    public async Task Each_part_needs_its_right(string missing, string text)
    {
        var context = Requested.Pods("list", UserInfo.Of("root"));
        context.Http.Request.Headers["Impersonate-User"] = "ada";
        context.Http.Request.Headers["Impersonate-Group"] = "devs";
        var stage = Stage([.. new[] { "users", "groups" }.Where(right => right != missing)]);
        var refused = (await Assert.ThrowsAsync<ApiException>(() => stage.InvokeAsync(context, _ => Task.CompletedTask)))!;
        Assert.That((refused.Code, refused.Message), Is.EqualTo((403, text)));
        Assert.That(context.User.Name, Is.EqualTo("root"));
    }

    [Test]
    public async Task Groups_without_a_user_are_a_bad_request()
    {
        var context = Requested.Pods("list", UserInfo.Of("root"));
        context.Http.Request.Headers["Impersonate-Group"] = "system:masters";
        Assert.That((await Assert.ThrowsAsync<ApiException>(() => Stage("users", "groups").InvokeAsync(context, _ => Task.CompletedTask)))!.Code, Is.EqualTo(400));
    }

    [Test]
    public async Task Without_headers_nothing_changes()
    {
        ApiContext context = Requested.Pods("list", UserInfo.Of("root"));
        await Stage().InvokeAsync(context, _ => Task.CompletedTask);
        Assert.That((context.User.Name, context.Impersonator), Is.EqualTo(("root", (UserInfo?)null)));
    }

    private static ImpersonationStage Stage(params string[] rights)
    {
        var policy = new RbacPolicy();
        policy.Replace([new(new("", "r"), [RbacRule.On(["*"], [.. rights], "impersonate")])], [new("", "b", new("", "r"), [new("User", "", "root")])]);
        return new(new RbacAuthorizer(policy));
    }
}
