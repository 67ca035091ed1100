using ControlPlane.Machinery.Values;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Plugins;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Tests.Plugins;

internal sealed class ScoreTests
{
    [Test]
    public void The_node_with_more_room_left_scores_higher()
    {
        // 4 cores, 8 GiB: 1 core and 2 GiB wanted leave three quarters of both.
        var pod = Make.Pod("p", cpu: "1", memory: "2Gi").Info();
        Assert.That(new NodeResourcesFit().Score(pod, pod, Make.Node("empty").With()), Is.EqualTo(75));
        Assert.That(new NodeResourcesFit().Score(pod, pod, Make.Node("half").With(Make.Pod("other", cpu: "1", memory: "2Gi"))), Is.EqualTo(50));
    }

    [Test]
    public void A_pod_that_requests_nothing_counts_with_what_it_is_assumed_to_use()
    {
        var pod = Make.Pod("p").Info();
        Assert.That((pod.Requests.MilliCpu, pod.NonZeroRequests.MilliCpu, pod.NonZeroRequests.Memory), Is.EqualTo((0, 100, 200L * 1024 * 1024)));
    }

    [Test]
    public void Even_use_of_cpu_and_memory_scores_highest()
    {
        var pod = Make.Pod("p", cpu: "1", memory: "2Gi").Info();
        var plugin = new NodeResourcesBalancedAllocation();
        Assert.That(plugin.Score(pod, pod, Make.Node("even").With()), Is.EqualTo(100));
        // 3 of 4 cores and 2 of 8 GiB: half the distance of 0.75 and 0.25 is lost.
        Assert.That(plugin.Score(pod, pod, Make.Node("uneven").With(Make.Pod("other", cpu: "2"))), Is.EqualTo(75));
    }

    [Test]
    public void The_node_with_fewer_soft_taints_scores_higher()
    {
        var plugin = new TaintToleration();
        var pod = Make.Pod("p").Info();
        long[] scores =
        [
            plugin.Score(plugin.PreScore(pod, Make.Snapshot(), []), pod, Make.Node("clean").With()),
            plugin.Score(plugin.PreScore(pod, Make.Snapshot(), []), pod, Make.Node("soft", taints: Make.Taint("slow", "PreferNoSchedule")).With()),
        ];
        plugin.Normalize(scores);
        Assert.That(scores, Is.EqualTo(new long[] { 100, 0 }));
    }

    [Test]
    public void A_large_image_that_is_there_scores()
    {
        var node = Make.Node("has");
        node = node with { Status = node.Status with { Images = [new ContainerImage { Names = ["docker.io/app:1", "app:1"], SizeBytes = 1000L * 1024 * 1024 }] } };
        var snapshot = Make.Snapshot(node, Make.Node("has-not"));
        var pod = Make.Pod("p").Info();
        var plugin = new ImageLocality();
        var wanted = plugin.PreScore(pod, snapshot, snapshot.Nodes);
        // One of two nodes has it: half of 1000 MiB counts, of a range from 23 to 1000.
        Assert.That(plugin.Score(wanted, pod, snapshot.Find("has")!), Is.EqualTo(100 * (500 - 23) / (1000 - 23)));
        Assert.That(plugin.Score(wanted, pod, snapshot.Find("has-not")!), Is.Zero);
    }

    [Test]
    public void Init_containers_count_by_the_largest_and_sidecars_in_sum()
    {
        var pod = Make.Pod("p", cpu: "1");
        pod = pod with
        {
            Spec = pod.Spec with
            {
                InitContainers = [Make.Container("sidecar", cpu: "500m") with { RestartPolicy = "Always" }, Make.Container("setup", cpu: "3")],
                Overhead = Make.Amounts(("cpu", "100m")),
            },
        };
        Assert.That(pod.Info().Requests.MilliCpu, Is.EqualTo(3600));
    }

    [Test]
    public void What_a_pod_requests_as_a_whole_replaces_its_containers_requests()
    {
        var pod = Make.Pod("p", cpu: "1", memory: "1Gi");
        pod = pod with { Spec = pod.Spec with { Resources = new ResourceRequirements { Requests = Make.Amounts(("cpu", "2")) } } };
        Assert.That((pod.Info().Requests.MilliCpu, pod.Info().Requests.Memory), Is.EqualTo((2000, 1L << 30)));
    }
}
