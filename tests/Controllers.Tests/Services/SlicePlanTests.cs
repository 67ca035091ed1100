using ControlPlane.Controllers.Services.Slices;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;

namespace ControlPlane.Controllers.Tests.Services;

public sealed class SlicePlanTests
{
    private static readonly Node Zoned = new() { Metadata = new ObjectMeta { Name = "node", Labels = ValueMap.Of("topology.kubernetes.io/zone", "west") } };

    [Test]
    public void Endpoints_are_packed_into_slices_of_at_most_a_hundred()
    {
        var plan = Decide(ServicePodsOf.Web, Pods(250), []);
        Assert.That(plan.Create.Select(slice => slice.Endpoints.Count), Is.EqualTo(new[] { 100, 100, 50 }));
        Assert.That(plan.Create.Select(slice => slice.Metadata.GenerateName).Distinct(), Is.EqualTo(new[] { "web-" }));
        Assert.That(plan.Create[0].Ports.Single().Port, Is.EqualTo(8080));
    }

    [Test]
    public void Nothing_is_written_when_nothing_has_changed()
    {
        var plan = Decide(ServicePodsOf.Web, Pods(150), Stored(Decide(ServicePodsOf.Web, Pods(150), []).Create));
        Assert.That(plan, Has.Property("Create").Empty.And.Property("Update").Empty.And.Property("Delete").Empty);
    }

    [Test]
    public void A_new_pod_goes_into_the_fullest_slice_that_has_room()
    {
        var stored = Stored(Decide(ServicePodsOf.Web, Pods(150), []).Create);
        var plan = Decide(ServicePodsOf.Web, Pods(151), stored);
        Assert.That(plan.Update.Single().Endpoints, Has.Count.EqualTo(51));
        Assert.That(plan.Create, Is.Empty);
    }

    [Test]
    public void A_pod_that_is_gone_changes_only_its_own_slice_and_an_empty_slice_is_removed()
    {
        var stored = Stored(Decide(ServicePodsOf.Web, Pods(101), []).Create);
        var gone = stored[1].Endpoints[0].TargetRef!.Name;
        var plan = Decide(ServicePodsOf.Web, [.. Pods(101).Where(pod => pod.Metadata.Name != gone)], stored);
        Assert.That(plan.Delete.Single().Metadata.Name, Is.EqualTo(stored[1].Metadata.Name));
        Assert.That(plan.Update, Is.Empty);
    }

    [Test]
    public void A_service_without_pods_has_one_slice_without_endpoints_and_ports_which_then_fills()
    {
        var placeholder = Stored(Decide(ServicePodsOf.Web, [], []).Create);
        Assert.That(placeholder.Single(), Has.Property("Endpoints").Empty.And.Property("Ports").Empty);
        var again = Decide(ServicePodsOf.Web, [], placeholder);
        Assert.That(again, Has.Property("Create").Empty.And.Property("Update").Empty.And.Property("Delete").Empty);

        var filled = Decide(ServicePodsOf.Web, Pods(1), placeholder);
        Assert.That(filled.Update.Single().Metadata.Name, Is.EqualTo(placeholder[0].Metadata.Name));
        Assert.That(filled, Has.Property("Create").Empty.And.Property("Delete").Empty);
    }

    [TestCase(true, false, false, true, true, false)]
    [TestCase(false, false, false, false, false, false)]
    [TestCase(true, true, false, false, true, true)]
    [TestCase(false, false, true, true, false, false)]
    [TestCase(true, true, true, true, true, true)]
    public void Conditions_follow_the_pod_and_what_the_service_publishes(bool podReady, bool deleted, bool publishes, bool ready, bool serving, bool terminating)
    {
        var service = ServicePodsOf.Web with { Spec = ServicePodsOf.Web.Spec with { PublishNotReadyAddresses = publishes } };
        var pod = ServicePodsOf.Pod(1, podReady);
        if (deleted)
            pod = pod with { Metadata = pod.Metadata with { DeletionTimestamp = Timestamp.FromUnixSeconds(5) } };
        var conditions = Decide(service, [pod], []).Create.Single().Endpoints.Single().Conditions;
        Assert.That(conditions, Is.EqualTo(new EndpointConditions { Ready = ready, Serving = serving, Terminating = terminating }));
    }

    [Test]
    public void An_endpoint_tells_its_node_zone_target_and_hostname()
    {
        var pod = ServicePodsOf.Pod(1) with { Spec = ServicePodsOf.Pod(1).Spec with { Hostname = "one", Subdomain = "web" } };
        var endpoint = Decide(ServicePodsOf.Web, [pod], []).Create.Single().Endpoints.Single();
        Assert.Multiple(() =>
        {
            Assert.That(endpoint.NodeName, Is.EqualTo("node"));
            Assert.That(endpoint.Zone, Is.EqualTo("west"));
            Assert.That(endpoint.Hostname, Is.EqualTo("one"));
            Assert.That(endpoint.TargetRef, Is.EqualTo(new ObjectReference { Kind = "Pod", Namespace = "test", Name = "web-001", Uid = "web-001" }));
        });
    }

    [Test]
    public void A_named_port_that_pods_have_at_different_numbers_makes_a_slice_each()
    {
        var service = ServicePodsOf.Web with { Spec = ServicePodsOf.Web.Spec with { Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP", TargetPort = new("web") }] } };
        var other = ServicePodsOf.Pod(2) with { Spec = ServicePodsOf.Pod(2).Spec with { Containers = [ServicePodsOf.Container(9090)] } };
        var plan = Decide(service, [ServicePodsOf.Pod(1), other], []);
        Assert.That(plan.Create.Select(slice => slice.Ports.Single().Port), Is.EquivalentTo(new[] { 8080, 9090 }));
    }

    [Test]
    public void A_service_of_two_families_has_slices_of_both()
    {
        var service = ServicePodsOf.Web with { Spec = ServicePodsOf.Web.Spec with { IpFamilies = ["IPv4", "IPv6"] } };
        var pod = ServicePodsOf.Pod(1);
        pod = pod with { Status = pod.Status with { PodIPs = [.. pod.Status.PodIPs, new PodIP { Ip = "fd00::1" }] } };
        var plan = Decide(service, [pod], []);
        Assert.That(plan.Create.Select(slice => (slice.AddressType, slice.Endpoints.Single().Addresses[0])), Is.EquivalentTo(new[] { ("IPv4", "10.0.0.1"), ("IPv6", "fd00::1") }));

        var only = Decide(ServicePodsOf.Web, [pod], Stored(plan.Create));
        Assert.That(only.Delete.Single().AddressType, Is.EqualTo("IPv6"));
    }

    [Test]
    public void A_headless_service_is_labelled_so_and_reserved_labels_are_not_taken_from_the_service()
    {
        var service = ServicePodsOf.Web with
        {
            Metadata = ServicePodsOf.Web.Metadata with { Labels = ValueMap.Of("team", "a").With("endpointslice.kubernetes.io/managed-by", "me") },
            Spec = ServicePodsOf.Web.Spec with { ClusterIP = "None", Ports = default },
        };
        var slice = Decide(service, Pods(1), []).Create.Single(slice => slice.AddressType == "IPv4");
        Assert.That(slice.Metadata.Labels, Is.EqualTo(ValueMap.Of("team", "a")
            .With("kubernetes.io/service-name", "web").With("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io").With("service.kubernetes.io/headless", "")));
        Assert.That(slice.Ports, Is.Empty);
        Assert.That(slice.Endpoints, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_pod_on_a_node_nobody_knows_is_left_out_unless_the_service_publishes_all()
    {
        var plan = SlicePlan.Decide(ServicePodsOf.Web, Pods(1), _ => null, [], 100);
        Assert.That(plan.OnUnknownNodes, Has.Count.EqualTo(1));
        Assert.That(plan.Create.Single().Endpoints, Is.Empty);
        var publishing = ServicePodsOf.Web with { Spec = ServicePodsOf.Web.Spec with { PublishNotReadyAddresses = true } };
        Assert.That(SlicePlan.Decide(publishing, Pods(1), _ => null, [], 100).Create.Single().Endpoints, Has.Count.EqualTo(1));
    }

    [Test]
    public void Ended_pods_and_those_without_an_address_are_no_endpoints()
    {
        var pods = new[]
        {
            ServicePodsOf.Pod(1) with { Status = ServicePodsOf.Pod(1).Status with { Phase = "Succeeded" } },
            ServicePodsOf.Pod(2) with { Status = PodStatus.Empty },
        };
        Assert.That(Decide(ServicePodsOf.Web, pods, []).Create.Single().Endpoints, Is.Empty);
    }

    private static Pod[] Pods(int count) => [.. Enumerable.Range(1, count).Select(number => ServicePodsOf.Pod(number))];

    private static SlicePlan Decide(Service service, IReadOnlyList<Pod> pods, IReadOnlyList<EndpointSlice> existing) =>
        SlicePlan.Decide(service, pods, _ => Zoned, existing, 100);

    private static List<EndpointSlice> Stored(IEnumerable<EndpointSlice> made) =>
        [.. made.Select((slice, i) => slice with { Metadata = slice.Metadata with { Name = $"web-{i}", Uid = $"{i}" } })];
}
