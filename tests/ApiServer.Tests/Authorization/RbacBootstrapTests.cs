using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Rbac;

namespace ControlPlane.ApiServer.Tests.Authorization;

internal sealed class RbacBootstrapTests
{
    [Test]
    public void Objects_say_what_the_policy_says()
    {
        var policy = new RbacPolicy();
        foreach (var record in RbacBootstrap.Objects())
            policy.Apply(record);
        Assert.That(BootstrapPolicy.Roles, Has.All.Matches<BootstrapRole>(role => policy.Current.RulesOf(role!.Key)!.Value.SequenceEqual(role.Rules)));
        var admin = RbacBootstrap.Objects().OfType<ClusterRole>().Single(role => role.Metadata.Name == "admin");
        Assert.That(admin.Metadata.Labels["kubernetes.io/bootstrapping"], Is.EqualTo("rbac-defaults"));
        Assert.That(admin.Metadata.Annotations["rbac.authorization.kubernetes.io/autoupdate"], Is.EqualTo("true"));
        Assert.That(admin.AggregationRule!.ClusterRoleSelectors[0].MatchLabels["rbac.authorization.k8s.io/aggregate-to-admin"], Is.EqualTo("true"));
    }

    [Test]
    public void What_is_there_and_whole_is_left_as_it_is() =>
        Assert.That(RbacBootstrap.Objects(), Has.All.Matches<IApiObject>(wanted => RbacBootstrap.Reconcile(wanted!, wanted!) is null));

    [Test]
    public void Missing_rules_come_back_and_added_ones_stay()
    {
        var wanted = Role("system:basic-user");
        var extra = new PolicyRule { Verbs = ["get"], ApiGroups = ["example.com"], Resources = ["widgets"] };
        var mended = (ClusterRole)RbacBootstrap.Reconcile(wanted, wanted with { Rules = [extra] })!;
        Assert.That(mended.Rules[0], Is.EqualTo(extra));
        Assert.That(RuleCoverage.Uncovered(RbacRecords.RulesOf(mended.Rules), RbacRecords.RulesOf(wanted.Rules)), Is.Empty);
    }

    [Test]
    public void An_object_that_says_so_is_left_alone()
    {
        var wanted = Role("system:basic-user");
        var own = wanted with { Rules = default, Metadata = wanted.Metadata with { Annotations = ValueMap.Of("rbac.authorization.kubernetes.io/autoupdate", "false") } };
        Assert.That(RbacBootstrap.Reconcile(wanted, own), Is.Null);
    }

    [Test]
    public void Missing_subjects_come_back_and_another_role_means_a_new_binding()
    {
        var wanted = RbacBootstrap.Objects().OfType<ClusterRoleBinding>().Single(binding => binding.Metadata.Name == "cluster-admin");
        var ada = new Subject { Kind = "User", Name = "ada", ApiGroup = RbacRecords.Group };
        var mended = (ClusterRoleBinding)RbacBootstrap.Reconcile(wanted, wanted with { Subjects = [ada] })!;
        Assert.That(mended.Subjects.Select(subject => subject.Name), Is.EqualTo(new[] { "ada", "system:masters" }));
        Assert.That(RbacBootstrap.MustBeReplaced(wanted, wanted with { RoleRef = wanted.RoleRef with { Name = "view" } }), Is.True);
        Assert.That(RbacBootstrap.MustBeReplaced(wanted, wanted), Is.False);
    }

    private static ClusterRole Role(string name) => RbacBootstrap.Objects().OfType<ClusterRole>().Single(role => role.Metadata.Name == name);
}
