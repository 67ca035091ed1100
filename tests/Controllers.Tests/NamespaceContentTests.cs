using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests;

/// <summary>What every namespace, and every node, is given.</summary>
public sealed class NamespaceContentTests
{
    private Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync(
        new ControllerSettings { RootCertificate = "root" }, TimeProvider.System,
        "serviceaccount-controller", "root-ca-certificate-publisher-controller", "node-ipam-controller");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_namespace_has_a_default_service_account_and_gets_another_when_that_is_deleted()
    {
        var key = new ObjectKey(await _cluster.NamespaceAsync(), "default");
        var first = await FindAsync<ServiceAccount>(key);
        await _cluster.Api.DeleteAsync(first, Deletion.Default, CancellationToken.None);
        await Eventually.TrueAsync(async () => await _cluster.Api.FindAsync<ServiceAccount>(key, CancellationToken.None) is { } second && second.Uid != first.Uid);
    }

    [Test]
    public async Task A_namespace_has_the_root_certificate_and_changes_to_it_are_undone()
    {
        var key = new ObjectKey(await _cluster.NamespaceAsync(), "kube-root-ca.crt");
        var published = await FindAsync<ConfigMap>(key);
        Assert.That(published.Data, Is.EqualTo(ValueMap.Of("ca.crt", "root")));
        Assert.That(published.Metadata.Annotations["kubernetes.io/description"], Does.StartWith("Contains a CA bundle"));

        await _cluster.Api.UpdateAsync(published with { Data = ValueMap.Of("ca.crt", "other") }, CancellationToken.None);

        await _cluster.UntilAsync(published, map => map.Metadata.ResourceVersion != published.Metadata.ResourceVersion && map.Data == published.Data);
    }

    [Test]
    public async Task A_node_gets_its_part_of_the_cluster_network()
    {
        var node = await _cluster.Api.CreateAsync(new Node { Metadata = new ObjectMeta { Name = "a" } }, CancellationToken.None);
        var assigned = await _cluster.UntilAsync(node, n => n.Spec.PodCIDR.Length > 0);
        Assert.That(assigned.Spec.PodCIDR, Is.EqualTo("10.244.0.0/24"));
        Assert.That(assigned.Spec.PodCIDRs, Is.EqualTo(new[] { "10.244.0.0/24" }));
    }

    private Task<T> FindAsync<T>(ObjectKey key)
        where T : class, IApiObject<T> =>
        Eventually.SomeAsync(() => _cluster.Api.FindAsync<T>(key, CancellationToken.None));
}
