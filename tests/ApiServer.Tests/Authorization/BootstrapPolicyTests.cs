using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Authorization.Rbac;

namespace ControlPlane.ApiServer.Tests.Authorization;

/// <summary>Decisions over the roles and bindings that every cluster begins with.</summary>
internal sealed class BootstrapPolicyTests
{
    private static readonly RbacPolicy Policy = Bootstrapped();

    [TestCase("system:kube-scheduler", "", "update", "", "pods/status", "default", true)]
    [TestCase("system:kube-scheduler", "", "create", "", "pods/binding", "default", true)]
    [TestCase("system:kube-scheduler", "", "delete", "", "nodes", "", false)]
    [TestCase("system:kube-scheduler", "", "update", "coordination.k8s.io", "leases/kube-scheduler", "kube-system", true)]
    [TestCase("system:kube-scheduler", "", "delete", "coordination.k8s.io", "leases/other", "kube-system", false)]
    [TestCase("system:kube-controller-manager", "", "create", "", "serviceaccounts/token", "kube-system", true)]
    [TestCase("system:serviceaccount:kube-system:deployment-controller", "", "create", "apps", "replicasets", "default", true)]
    [TestCase("system:serviceaccount:kube-system:deployment-controller", "", "delete", "", "pods", "default", false)]
    [TestCase("system:serviceaccount:kube-system:replicaset-controller", "", "create", "", "pods", "default", true)]
    [TestCase("system:serviceaccount:other:replicaset-controller", "", "create", "", "pods", "default", false)]
    [TestCase("system:serviceaccount:kube-system:generic-garbage-collector", "", "delete", "example.com", "widgets", "default", true)]
    [TestCase("system:serviceaccount:kube-system:namespace-controller", "", "deletecollection", "example.com", "widgets", "default", true)]
    [TestCase("ada", "system:authenticated", "create", "authorization.k8s.io", "selfsubjectaccessreviews", "", true)]
    [TestCase("ada", "system:authenticated", "create", "authentication.k8s.io", "selfsubjectreviews", "", true)]
    [TestCase("ada", "system:authenticated", "get", "", "pods", "default", false)]
    [TestCase("root", "system:masters", "delete", "any.example.com", "anything", "", true)]
    public void Users_may_what_upstream_lets_them(string user, string group, string verb, string apiGroup, string resource, string @namespace, bool allowed)
    {
        var (plural, rest) = resource.Split('/') is [var first, var second] ? (first, second) : (resource, "");
        // "leases/NAME" is about a name, all others about a subresource
        var (subresource, name) = plural == "leases" ? ("", rest) : (rest, "");
        var asked = new AuthorizationAttributes(Who(user, group), verb, apiGroup, "v1", plural, subresource, @namespace, name, "");
        Assert.That(new RbacAuthorizer(Policy).Authorize(asked).Verdict, Is.EqualTo(allowed ? Verdict.Allow : Verdict.NoOpinion));
    }

    [TestCase("system:unauthenticated", "get", "/version", true)]
    [TestCase("system:unauthenticated", "get", "/readyz", true)]
    [TestCase("system:unauthenticated", "get", "/apis", false)]
    [TestCase("system:authenticated", "get", "/apis/apps/v1", true)]
    [TestCase("system:authenticated", "get", "/openapi/v3", true)]
    [TestCase("system:authenticated", "get", "/metrics", false)]
    [TestCase("system:authenticated", "post", "/apis", false)]
    [TestCase("system:monitoring", "get", "/metrics", true)]
    [TestCase("system:serviceaccounts", "get", "/openid/v1/jwks", true)]
    public void Paths_are_open_to_whom_upstream_opens_them(string group, string verb, string path, bool allowed)
    {
        var asked = new AuthorizationAttributes(UserInfo.Of("x", group), verb, "", "", "", "", "", "", path);
        Assert.That(new RbacAuthorizer(Policy).Authorize(asked).Verdict, Is.EqualTo(allowed ? Verdict.Allow : Verdict.NoOpinion));
    }

    [TestCase("view", "get", "", "pods", true)]
    [TestCase("view", "get", "", "secrets", false)]
    [TestCase("view", "create", "", "pods", false)]
    [TestCase("edit", "create", "apps", "deployments", true)]
    [TestCase("edit", "list", "", "pods", true)]
    [TestCase("edit", "create", "rbac.authorization.k8s.io", "roles", false)]
    [TestCase("admin", "create", "rbac.authorization.k8s.io", "rolebindings", true)]
    [TestCase("admin", "get", "", "secrets", true)]
    [TestCase("admin", "delete", "", "nodes", false)]
    public void Aggregated_roles_work_from_the_first_moment(string role, string verb, string group, string resource, bool allowed)
    {
        var policy = Bootstrapped();
        policy.Change(snapshot => snapshot.With(new RbacBinding("team", "b", new RoleKey("", role), [new RbacSubject("User", "", "ada")])));
        var asked = new AuthorizationAttributes(UserInfo.Of("ada"), verb, group, "v1", resource, "", "team", "", "");
        Assert.That(new RbacAuthorizer(policy).Authorize(asked).Verdict, Is.EqualTo(allowed ? Verdict.Allow : Verdict.NoOpinion));
        Assert.That(new RbacAuthorizer(policy).Authorize(asked with { Namespace = "other" }).Verdict, Is.EqualTo(Verdict.NoOpinion));
    }

    [Test]
    public void The_data_has_all_of_upstreams_roles_and_bindings()
    {
        Assert.Multiple(() =>
        {
            Assert.That(BootstrapPolicy.Roles.Count(role => role.Key.Namespace.Length == 0), Is.EqualTo(69));
            Assert.That(BootstrapPolicy.Roles.Count(role => role.Key.Namespace.Length > 0), Is.EqualTo(7));
            Assert.That(BootstrapPolicy.Bindings.Count(binding => binding.Namespace.Length == 0), Is.EqualTo(50));
            Assert.That(BootstrapPolicy.Bindings.Count(binding => binding.Namespace.Length > 0), Is.EqualTo(7));
            Assert.That(BootstrapPolicy.Roles.Where(role => role.Rules.IsEmpty).Select(role => role.Key.Name), Is.Empty);
        });
    }

    private static UserInfo Who(string name, string group) => group.Length == 0 ? UserInfo.Of(name, UserInfo.Authenticated) : UserInfo.Of(name, group);

    private static RbacPolicy Bootstrapped()
    {
        var policy = new RbacPolicy();
        policy.Replace(BootstrapPolicy.Roles.Select(role => new RbacRole(role.Key, role.Rules)), BootstrapPolicy.Bindings);
        return policy;
    }
}
