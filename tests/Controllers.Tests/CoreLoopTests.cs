using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;
using ControlPlane.Types.Rbac;

namespace ControlPlane.Controllers.Tests;

public sealed class CoreLoopTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync(
        new ControllerSettings { RootCertificate = "the authority" },
        TimeProvider.System,
        "namespace-controller", "serviceaccount-controller", "root-ca-certificate-publisher-controller", "garbage-collector-controller", "clusterrole-aggregation-controller");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_namespace_gets_its_service_account_and_the_root_certificate()
    {
        var ns = await _cluster.NamespaceAsync();
        await Eventually.SomeAsync(() => _cluster.Api.FindAsync<ServiceAccount>(new(ns, "default"), None));
        var map = await Eventually.SomeAsync(() => _cluster.Api.FindAsync<ConfigMap>(new(ns, "kube-root-ca.crt"), None));
        Assert.That(map.Data["ca.crt"], Is.EqualTo("the authority"));

        await _cluster.Api.DeleteAsync<ServiceAccount>(new(ns, "default"), Deletion.Default, None);
        await _cluster.Api.PatchAsync<ConfigMap>(map.Key, Patch.Merge("""{"data":{"ca.crt":"another"}}"""), None);

        await Eventually.SomeAsync(() => _cluster.Api.FindAsync<ServiceAccount>(new(ns, "default"), None));
        await _cluster.UntilAsync(map, found => found.Data["ca.crt"] == "the authority");
    }

    [Test]
    public async Task A_deleted_namespace_is_emptied_and_goes()
    {
        var ns = await _cluster.NamespaceAsync();
        await MapAsync(ns, "content");
        await _cluster.Api.DeleteAsync<Namespace>(new("", ns), Deletion.Default, None);
        await Eventually.TrueAsync(async () => await _cluster.Api.FindAsync<Namespace>(new("", ns), None) is null);
        Assert.That(await _cluster.ListAsync<ConfigMap>(ns), Is.Empty);
    }

    [Test]
    public async Task A_finalizer_holds_the_namespace_and_is_told_in_its_conditions()
    {
        var ns = await _cluster.NamespaceAsync();
        var held = await MapAsync(ns, "held", map => map with { Metadata = map.Metadata with { Finalizers = ["example.com/hold"] } });
        await _cluster.Api.DeleteAsync<Namespace>(new("", ns), Deletion.Default, None);

        var terminating = await _cluster.UntilAsync(new Namespace { Metadata = new ObjectMeta { Name = ns } }, n => n.Status.Conditions.Any(c => c is { Type: "NamespaceFinalizersRemaining", Status: "True" }));

        Assert.Multiple(() =>
        {
            Assert.That(Message(terminating, "NamespaceFinalizersRemaining"), Is.EqualTo("Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances"));
            Assert.That(Message(terminating, "NamespaceContentRemaining"), Is.EqualTo("Some resources are remaining: configmaps. has 1 resource instances"));
        });
        await _cluster.Api.PatchAsync<ConfigMap>(held.Key, Patch.Merge("""{"metadata":{"finalizers":null}}"""), None);
        await Eventually.TrueAsync(async () => await _cluster.Api.FindAsync<Namespace>(new("", ns), None) is null);
    }

    [Test]
    public async Task What_is_owned_goes_with_its_owner()
    {
        var ns = await _cluster.NamespaceAsync();
        var owner = await MapAsync(ns, "owner");
        var child = await MapAsync(ns, "child", OwnedBy(owner));
        await MapAsync(ns, "grandchild", OwnedBy(child));

        await _cluster.Api.DeleteAsync(owner, Deletion.Background, None);

        await UntilMapsAsync(ns);
    }

    [Test]
    public async Task Orphaning_keeps_what_was_owned()
    {
        var ns = await _cluster.NamespaceAsync();
        var owner = await MapAsync(ns, "owner");
        var child = await MapAsync(ns, "child", OwnedBy(owner));

        await _cluster.Api.DeleteAsync(owner, Deletion.Orphan, None);

        await UntilMapsAsync(ns, "child");
        await _cluster.UntilAsync(child, map => map.Metadata.OwnerReferences.IsEmpty);
    }

    [Test]
    public async Task Foreground_deletion_waits_for_what_blocks_it()
    {
        var ns = await _cluster.NamespaceAsync();
        var owner = await MapAsync(ns, "owner");
        var child = await MapAsync(ns, "child", map => OwnedBy(owner)(map) with { Metadata = OwnedBy(owner)(map).Metadata with { Finalizers = ["example.com/hold"] } });
        await _cluster.Api.DeleteAsync(owner, Deletion.Foreground, None);
        await _cluster.UntilAsync(child, map => map.IsTerminating);
        Assert.That(await _cluster.Api.FindAsync<ConfigMap>(owner.Key, None), Is.Not.Null);

        await _cluster.Api.PatchAsync<ConfigMap>(child.Key, Patch.Merge("""{"metadata":{"finalizers":null}}"""), None);

        await UntilMapsAsync(ns);
    }

    [Test]
    public async Task One_owner_left_is_enough_to_stay()
    {
        var ns = await _cluster.NamespaceAsync();
        var (first, second) = (await MapAsync(ns, "first"), await MapAsync(ns, "second"));
        var child = await MapAsync(ns, "child", map => map with { Metadata = map.Metadata with { OwnerReferences = [Reference(first), Reference(second)] } });

        await _cluster.Api.DeleteAsync(first, Deletion.Background, None);

        await _cluster.UntilAsync(child, map => map.Metadata.OwnerReferences.Count == 1);
        Assert.That(await _cluster.Api.FindAsync<ConfigMap>(child.Key, None), Is.Not.Null);
    }

    [Test]
    public async Task An_owner_that_never_was_is_no_owner()
    {
        var ns = await _cluster.NamespaceAsync();
        await MapAsync(ns, "child", map => map with
        {
            Metadata = map.Metadata with { OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "ConfigMap", Name = "never", Uid = "00000000-0000-0000-0000-000000000001" }] },
        });
        await UntilMapsAsync(ns);
    }

    [Test]
    public async Task An_owner_in_another_namespace_is_no_owner()
    {
        var owner = await MapAsync(await _cluster.NamespaceAsync(), "owner");
        var ns = await _cluster.NamespaceAsync();
        await MapAsync(ns, "child", OwnedBy(owner));
        await UntilMapsAsync(ns);
        Assert.That(await _cluster.Api.FindAsync<ConfigMap>(owner.Key, None), Is.Not.Null);
    }

    [Test]
    public async Task An_aggregated_role_has_the_rules_of_those_it_selects()
    {
        var aggregate = await _cluster.Api.CreateAsync(new ClusterRole
        {
            Metadata = new ObjectMeta { Name = "aggregate" },
            AggregationRule = new AggregationRule { ClusterRoleSelectors = [new LabelSelector { MatchLabels = [KeyValuePair.Create("part", "yes")] }] },
        }, None);
        var rule = new PolicyRule { ApiGroups = [""], Resources = ["pods"], Verbs = ["get"] };
        await _cluster.Api.CreateAsync(new ClusterRole { Metadata = new ObjectMeta { Name = "part", Labels = [KeyValuePair.Create("part", "yes")] }, Rules = [rule] }, None);

        await _cluster.UntilAsync(aggregate, role => role.Rules.SequenceEqual([rule]));
    }

    private static string Message(Namespace ns, string type) => ns.Status.Conditions.Single(c => c.Type == type).Message;

    private static OwnerReference Reference(ConfigMap owner) => owner.ToControllerReference() with { Controller = null };

    private static Func<ConfigMap, ConfigMap> OwnedBy(ConfigMap owner) => map => map with { Metadata = map.Metadata with { OwnerReferences = [Reference(owner)] } };

    private async Task<ConfigMap> MapAsync(string ns, string name, Func<ConfigMap, ConfigMap>? change = null) =>
        await _cluster.Api.CreateAsync((change ?? (map => map))(new ConfigMap { Metadata = new ObjectMeta { Namespace = ns, Name = name } }), None);

    private Task UntilMapsAsync(string ns, params string[] names) => Eventually.TrueAsync(async () =>
        (await _cluster.ListAsync<ConfigMap>(ns)).Select(map => map.Metadata.Name).Where(name => name != "kube-root-ca.crt").Order().SequenceEqual(names));
}
