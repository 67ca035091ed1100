using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Authorization.Rbac;

namespace ControlPlane.ApiServer.Tests.Authorization;

internal sealed class RbacTests
{
    private static readonly RoleKey Reader = new("team", "reader");

    [TestCase("pods", "pods", "", true)]
    [TestCase("pods", "pods", "log", false)]
    [TestCase("pods/log", "pods", "log", true)]
    [TestCase("pods/log", "pods", "", false)]
    [TestCase("*/scale", "deployments", "scale", true)]
    [TestCase("*/scale", "deployments", "status", false)]
    [TestCase("*", "deployments", "status", true)]
    public void Resources_match_with_their_subresources(string own, string resource, string subresource, bool matches) =>
        Assert.That(RbacRule.On([""], [own], "get").HasResource(resource, subresource), Is.EqualTo(matches));

    [TestCase("/healthz", "/healthz", true)]
    [TestCase("/healthz", "/healthz/etcd", false)]
    [TestCase("/healthz/*", "/healthz/etcd", true)]
    [TestCase("/healthz/*", "/healthz", false)]
    [TestCase("/api*", "/apis/apps", true)]
    [TestCase("*", "/anything", true)]
    public void Paths_match_exactly_or_by_their_beginning(string own, string path, bool matches) =>
        Assert.That(new RbacRule(["get"], [], [], [], [own]).HasPath(path), Is.EqualTo(matches));

    [Test]
    public void A_rule_with_names_is_not_about_collections()
    {
        var rule = RbacRule.On([""], ["configmaps"], "get", "list") with { Names = ["a"] };
        Assert.That(rule.Allows(Ask("get", "configmaps", name: "a")), Is.True);
        Assert.That(rule.Allows(Ask("get", "configmaps", name: "b")), Is.False);
        Assert.That(rule.Allows(Ask("list", "configmaps")), Is.False);
    }

    [Test]
    public void A_binding_counts_in_its_namespace_and_ends_when_it_is_removed()
    {
        var policy = new RbacPolicy();
        var rbac = new RbacAuthorizer(policy);
        policy.Change(snapshot => snapshot.With(new RbacRole(Reader, [RbacRule.On([""], ["pods"], "get")])));
        policy.Change(snapshot => snapshot.With(new RbacBinding("team", "b", Reader, [new RbacSubject("Group", "", "devs")])));
        var asked = Ask("get", "pods", "team");
        var decision = rbac.Authorize(asked);
        Assert.That(decision.Verdict, Is.EqualTo(Verdict.Allow));
        Assert.That(decision.Reason, Is.EqualTo("RBAC: allowed by RoleBinding \"b/team\" of Role \"reader\" to Group \"devs\""));
        Assert.That(rbac.Authorize(asked with { Namespace = "other" }).Verdict, Is.EqualTo(Verdict.NoOpinion));

        policy.Change(snapshot => snapshot.With(new RbacBinding("team", "b", Reader, [new RbacSubject("User", "", "eve")])));
        Assert.That(rbac.Authorize(asked).Verdict, Is.EqualTo(Verdict.NoOpinion), "the group is no longer bound");
        Assert.That(rbac.Authorize(asked with { User = UserInfo.Of("eve") }).Verdict, Is.EqualTo(Verdict.Allow));

        policy.Change(snapshot => snapshot.WithoutBinding("team", "b"));
        Assert.That(rbac.Authorize(asked with { User = UserInfo.Of("eve") }).Verdict, Is.EqualTo(Verdict.NoOpinion));
    }

    [Test]
    public void A_role_may_come_after_its_binding_and_go_before_it()
    {
        var policy = new RbacPolicy();
        var rbac = new RbacAuthorizer(policy);
        policy.Change(snapshot => snapshot.With(new RbacBinding("team", "b", Reader, [new RbacSubject("Group", "", "devs")])));
        var missing = rbac.Authorize(Ask("get", "pods", "team"));
        Assert.That(missing.Verdict, Is.EqualTo(Verdict.NoOpinion));
        Assert.That(missing.Reason, Is.EqualTo("RBAC: role.rbac.authorization.k8s.io \"reader\" not found"));
        policy.Change(snapshot => snapshot.With(new RbacRole(Reader, [RbacRule.On([""], ["pods"], "get")])));
        Assert.That(rbac.Authorize(Ask("get", "pods", "team")).Verdict, Is.EqualTo(Verdict.Allow));
        policy.Change(snapshot => snapshot.Without(Reader));
        Assert.That(rbac.Authorize(Ask("get", "pods", "team")).Verdict, Is.EqualTo(Verdict.NoOpinion));
    }

    [Test]
    public void Rules_cover_others_piece_by_piece()
    {
        RbacRule[] owned = [RbacRule.On([""], ["pods", "services"], "get", "list"), RbacRule.On([""], ["pods"], "delete")];
        Assert.Multiple(() =>
        {
            Assert.That(RuleCoverage.Uncovered([.. owned], [RbacRule.On([""], ["pods"], "get", "delete")]), Is.Empty);
            Assert.That(RuleCoverage.Print(RuleCoverage.Uncovered([.. owned], [RbacRule.On([""], ["services"], "get", "delete", "watch")])),
                Is.EqualTo("{APIGroups:[\"\"], Resources:[\"services\"], Verbs:[\"delete\", \"watch\"]}"));
            Assert.That(RuleCoverage.Uncovered([.. owned], [RbacRule.On([""], ["*"], "get")]), Is.Not.Empty);
            Assert.That(RuleCoverage.Uncovered([RbacRule.On([""], ["configmaps"], "get") with { Names = ["a"] }], [RbacRule.On([""], ["configmaps"], "get")]), Is.Not.Empty);
            Assert.That(RuleCoverage.Uncovered([RbacRule.On(["*"], ["*"], "*")], [RbacRule.On(["x"], ["y/z"], "w") with { Names = ["n"] }]), Is.Empty);
            Assert.That(RuleCoverage.Uncovered([new RbacRule(["get"], [], [], [], ["/apis/*"])], [new RbacRule(["get"], [], [], [], ["/apis/apps"])]), Is.Empty);
        });
    }

    private static AuthorizationAttributes Ask(string verb, string resource, string @namespace = "", string name = "") =>
        new(UserInfo.Of("ada", "devs"), verb, "", "v1", resource, "", @namespace, name, "");
}
