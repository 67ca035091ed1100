using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Tests;

/// <summary>The controllers of the static cloud against a server.</summary>
public sealed class CloudLoopTests
{
    private const string Finalizer = "service.kubernetes.io/load-balancer-cleanup";

    private StaticListing _listing = null!;
    private CloudCluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _listing = new StaticListing();
        _cluster = await CloudCluster.StartAsync(_listing.Open());
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _cluster.DisposeAsync();
        _listing.Dispose();
    }

    [Test]
    public async Task A_new_node_is_told_what_its_machine_is()
    {
        _listing.Add("new");
        _listing.Notice();
        await _cluster.RegisterAsync("new");

        var node = await _cluster.UntilAsync<Node>(new("", "new"), n => !n.Spec.Taints.Any(taint => taint.Key.Contains("cloudprovider", StringComparison.Ordinal)));

        Assert.Multiple(() =>
        {
            Assert.That(node.Spec.ProviderID, Is.EqualTo("static://new"));
            Assert.That(node.Metadata.Labels["topology.kubernetes.io/zone"], Is.EqualTo("east"));
            Assert.That(node.Metadata.Labels["topology.kubernetes.io/region"], Is.EqualTo("home"));
            Assert.That(node.Metadata.Labels["node.kubernetes.io/instance-type"], Is.EqualTo("large"));
            Assert.That(node.Status.Addresses.Select(address => address.Type), Is.EqualTo(new[] { "InternalIP", "Hostname" }));
        });
        await _cluster.UntilToldAsync("new", "Synced", "Node synced successfully");
    }

    [Test]
    public async Task Addresses_follow_the_cloud_without_touching_other_status()
    {
        var machine = _listing.Add("moving");
        _listing.Notice();
        await RegisterReadyAsync("moving");

        _listing.Set("moving", machine with { Addresses = [new NodeAddress { Type = "InternalIP", Address = "10.99.0.1" }] });
        _listing.Notice();

        var node = await _cluster.UntilAsync<Node>(new("", "moving"), n => n.Status.Addresses.Any(address => address.Address == "10.99.0.1"));
        Assert.That(node.Status.Conditions.Single().Status, Is.EqualTo("True"));
    }

    [Test]
    public async Task A_node_whose_machine_is_gone_is_deleted_once_it_is_not_ready()
    {
        _listing.Add("leaving");
        _listing.Notice();
        await RegisterReadyAsync("leaving");
        _listing.Remove("leaving");
        _listing.Notice();
        var before = await _cluster.Api.GetAsync<Node>(new("", "leaving"), CancellationToken.None);

        await _cluster.ReportAsync("leaving", isReady: false);

        Assert.That(before.IsTerminating, Is.False);
        await _cluster.UntilGoneAsync<Node>(new("", "leaving"));
        await _cluster.UntilToldAsync("leaving", "DeletingNode", "Deleting node leaving because it does not exist in the cloud provider");
    }

    [Test]
    public async Task A_node_whose_machine_is_switched_off_is_marked_until_it_is_back()
    {
        _listing.Add("sleeping");
        _listing.Notice();
        await RegisterReadyAsync("sleeping");
        _listing.ShutDown("sleeping");
        _listing.Notice();
        await _cluster.ReportAsync("sleeping", isReady: false);
        await _cluster.UntilAsync<Node>(new("", "sleeping"), n => n.Spec.Taints.Any(taint => taint is { Key: "node.cloudprovider.kubernetes.io/shutdown", Effect: "NoSchedule" }));

        await _cluster.ReportAsync("sleeping", isReady: true);

        await _cluster.UntilAsync<Node>(new("", "sleeping"), n => !n.Spec.Taints.Any(taint => taint.Key == "node.cloudprovider.kubernetes.io/shutdown"));
    }

    [Test]
    public async Task A_service_gets_an_address_and_is_held_until_it_is_given_back()
    {
        var service = await ServiceAsync("web");

        var served = await _cluster.UntilAsync<Service>(service.Key, s => !s.Status.LoadBalancer.Ingress.IsEmpty);
        Assert.That(served.Status.LoadBalancer.Ingress[0].Ip, Does.StartWith("192.0.2."));
        Assert.That(served.Metadata.Finalizers, Does.Contain(Finalizer));
        await _cluster.UntilToldAsync("web", "EnsuringLoadBalancer", "Ensuring load balancer");
        await _cluster.UntilToldAsync("web", "EnsuredLoadBalancer", "Ensured load balancer");

        await _cluster.Api.DeleteAsync<Service>(service.Key, Deletion.Default, CancellationToken.None);
        await _cluster.UntilGoneAsync<Service>(service.Key);
        await _cluster.UntilToldAsync("web", "DeletedLoadBalancer", "Deleted load balancer");
    }

    [Test]
    public async Task A_service_that_no_longer_wants_one_loses_it_and_stays()
    {
        var service = await ServiceAsync("changing");
        await _cluster.UntilAsync<Service>(service.Key, s => !s.Status.LoadBalancer.Ingress.IsEmpty);

        await _cluster.Api.PatchAsync<Service>(service.Key, Patch.Merge("""{"spec":{"type":"ClusterIP"}}"""), CancellationToken.None);

        await _cluster.UntilAsync<Service>(service.Key, s => s.Status.LoadBalancer.Ingress.IsEmpty && !s.Metadata.Finalizers.Contains(Finalizer));
    }

    [Test]
    public async Task A_service_with_a_class_is_left_to_others()
    {
        var foreign = await ServiceAsync("foreign", spec => spec with { LoadBalancerClass = "example.com/other" });
        var own = await ServiceAsync("own");

        // The one that came later is served: so the first was looked at, and passed over.
        await _cluster.UntilAsync<Service>(own.Key, s => !s.Status.LoadBalancer.Ingress.IsEmpty);
        var passed = await _cluster.Api.GetAsync<Service>(foreign.Key, CancellationToken.None);
        Assert.That(passed.Metadata.Finalizers, Is.Empty);
        Assert.That(passed.Status.LoadBalancer.Ingress, Is.Empty);
    }

    [Test]
    public async Task A_request_that_cannot_be_met_is_told()
    {
        var service = await ServiceAsync("greedy", spec => spec with { LoadBalancerIP = "203.0.113.9" });

        await _cluster.UntilToldAsync(
            "greedy", "SyncLoadBalancerFailed", "Error syncing load balancer: failed to ensure load balancer: loadBalancerIP 203.0.113.9 is not in the pool");

        await _cluster.Api.PatchAsync<Service>(service.Key, Patch.Merge("""{"spec":{"loadBalancerIP":"192.0.2.15"}}"""), CancellationToken.None);
        var served = await _cluster.UntilAsync<Service>(service.Key, s => !s.Status.LoadBalancer.Ingress.IsEmpty);
        Assert.That(served.Status.LoadBalancer.Ingress[0].Ip, Is.EqualTo("192.0.2.15"));
    }

    [Test]
    public async Task Routes_follow_the_nodes_and_a_node_without_one_says_so()
    {
        var cloud = new RoutingCloud { Refused = "10.244.7.0/24" };
        await using var cluster = await CloudCluster.StartAsync(cloud);
        await cluster.CreateAsync(NodeWith("reached", "10.244.6.0/24"));
        await cluster.CreateAsync(NodeWith("unreached", "10.244.7.0/24"));

        await cluster.UntilAsync<Node>(new("", "reached"), n => n.Status.Conditions.Any(c => c is { Type: "NetworkUnavailable", Status: "False", Reason: "RouteCreated" }));
        await cluster.UntilAsync<Node>(new("", "unreached"), n => n.Status.Conditions.Any(c => c is { Type: "NetworkUnavailable", Status: "True", Reason: "NoRouteCreated" }));
        Assert.That(await cloud.ListAsync("kubernetes", CancellationToken.None), Is.EqualTo(new[] { new Route("reached", "10.244.6.0/24") }));

        await cluster.Api.DeleteAsync<Node>(new("", "reached"), Deletion.Default, CancellationToken.None);
        await TestKit.Eventually.TrueAsync(async () => (await cloud.ListAsync("kubernetes", CancellationToken.None)).Count == 0);
    }

    private static Node NodeWith(string name, string podCidr) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new NodeSpec { PodCIDR = podCidr, PodCIDRs = [podCidr] },
    };

    private async Task RegisterReadyAsync(string name)
    {
        await _cluster.RegisterAsync(name);
        await _cluster.ReportAsync(name, isReady: true);
        await _cluster.UntilAsync<Node>(new("", name), n => n.Spec.ProviderID.Length > 0);
    }

    private Task<Service> ServiceAsync(string name, Func<ServiceSpec, ServiceSpec>? change = null)
    {
        var spec = new ServiceSpec
        {
            Type = "LoadBalancer",
            Selector = ValueMap.Of("app", name),
            Ports = [new ServicePort { Port = 80, Protocol = "TCP" }],
            IpFamilies = ["IPv4"],
        };
        return _cluster.CreateAsync(new Service { Metadata = new ObjectMeta { Namespace = "default", Name = name }, Spec = change?.Invoke(spec) ?? spec });
    }
}
