using ControlPlane.Controllers.Services;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests.Services;

public sealed class EndpointSubsetsTests
{
    [Test]
    public void Ready_and_not_ready_pods_of_the_same_ports_share_a_subset()
    {
        var subset = EndpointSubsets.Of(ServicePodsOf.Web, [ServicePodsOf.Pod(2), ServicePodsOf.Pod(1), ServicePodsOf.Pod(3, ready: false)]).Single();
        Assert.That(subset.Addresses.Select(address => address.Ip), Is.EqualTo(new[] { "10.0.0.1", "10.0.0.2" }));
        Assert.That(subset.NotReadyAddresses.Select(address => address.Ip), Is.EqualTo(new[] { "10.0.0.3" }));
        Assert.That(subset.Ports.Single().Port, Is.EqualTo(8080));
    }

    [Test]
    public void Pods_with_other_ports_are_in_another_subset()
    {
        var service = ServicePodsOf.Web with { Spec = ServicePodsOf.Web.Spec with { Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP", TargetPort = new("web") }] } };
        var other = ServicePodsOf.Pod(2) with { Spec = ServicePodsOf.Pod(2).Spec with { Containers = [ServicePodsOf.Container(9090)] } };
        var subsets = EndpointSubsets.Of(service, [ServicePodsOf.Pod(1), other]);
        Assert.That(subsets.Select(subset => (subset.Ports[0].Port, subset.Addresses[0].Ip)), Is.EquivalentTo(new[] { (8080, "10.0.0.1"), (9090, "10.0.0.2") }));
    }

    [Test]
    public void A_headless_service_without_ports_has_addresses_all_the_same()
    {
        var service = ServicePodsOf.Web with { Spec = ServicePodsOf.Web.Spec with { ClusterIP = "None", Ports = default } };
        var subset = EndpointSubsets.Of(service, [ServicePodsOf.Pod(1)]).Single();
        Assert.That(subset.Addresses, Has.Count.EqualTo(1));
        Assert.That(subset.Ports, Is.Empty);
    }

    [Test]
    public void Terminating_pods_are_only_published_with_those_that_are_not_ready()
    {
        var pod = ServicePodsOf.Pod(1);
        pod = pod with { Metadata = pod.Metadata with { DeletionTimestamp = Machinery.Values.Timestamp.FromUnixSeconds(5) } };
        Assert.That(EndpointSubsets.Of(ServicePodsOf.Web, [pod]), Is.Empty);
        var publishing = ServicePodsOf.Web with { Spec = ServicePodsOf.Web.Spec with { PublishNotReadyAddresses = true } };
        Assert.That(EndpointSubsets.Of(publishing, [pod]).Single().Addresses, Has.Count.EqualTo(1));
    }

    [TestCase(900, 300, 900, 100)]
    [TestCase(1100, 300, 1000, 0)]
    [TestCase(600, 400, 600, 400)]
    public void At_most_a_thousand_addresses_are_kept_ready_ones_first(int ready, int notReady, int keptReady, int keptNotReady)
    {
        var pods = Enumerable.Range(1, ready + notReady).Select(number => ServicePodsOf.Pod(number, ready: number <= ready));
        var (subsets, isTruncated) = EndpointSubsets.Truncate(EndpointSubsets.Of(ServicePodsOf.Web, pods));
        Assert.That(subsets.Sum(subset => subset.Addresses.Count), Is.EqualTo(keptReady));
        Assert.That(subsets.Sum(subset => subset.NotReadyAddresses.Count), Is.EqualTo(keptNotReady));
        Assert.That(isTruncated, Is.EqualTo(ready + notReady > 1000));
    }

    [Test]
    public void The_trigger_time_is_the_earliest_change_that_was_not_accounted_for()
    {
        var times = new TriggerTimes();
        var made = Machinery.Values.Timestamp.FromUnixSeconds(50);
        var service = ServicePodsOf.Web with { Metadata = ServicePodsOf.Web.Metadata with { CreationTimestamp = made } };
        Assert.That(times.Next(service, [ServicePodsOf.Pod(1)]), Is.EqualTo(made));
        Assert.That(times.Next(service, [ServicePodsOf.Pod(1)]), Is.Null);
        Assert.That(times.Next(service, [ServicePodsOf.Pod(1), ServicePodsOf.Pod(3), ServicePodsOf.Pod(2)]), Is.EqualTo(Machinery.Values.Timestamp.FromUnixSeconds(102)));
        times.Forget(new ObjectKey("test", "web"));
        Assert.That(times.Next(service, []), Is.EqualTo(made));
    }
}
