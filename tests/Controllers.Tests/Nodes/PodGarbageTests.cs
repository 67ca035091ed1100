using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests.Nodes;

public sealed class PodGarbageTests
{
    [Test]
    public void Ended_pods_beyond_the_number_go_evicted_and_old_ones_first()
    {
        Pod[] pods = [Ended("new", 3), Ended("old", 1), Ended("evicted", 4, reason: "Evicted"), Ended("middle", 2), Ended("running", 0, phase: "Running")];
        Assert.That(PodGarbage.Ended(pods, 2).Select(pod => pod.Metadata.Name), Is.EqualTo(new[] { "evicted", "old" }));
        Assert.That(PodGarbage.Ended(pods, 4), Is.Empty);
        Assert.That(PodGarbage.Ended(pods, 0), Is.Empty);
    }

    [Test]
    public void Terminating_pods_wait_for_a_node_unless_it_is_out_of_service()
    {
        var node = new Node { Metadata = new ObjectMeta { Name = "a" } };
        var off = node with { Spec = new NodeSpec { Taints = [new Taint { Key = "node.kubernetes.io/out-of-service", Effect = "NoExecute" }] } };
        Pod[] pods = [Terminating("bound", "a"), Terminating("unbound", ""), Ended("other", 0, phase: "Running")];
        Assert.That(PodGarbage.UnscheduledTerminating(pods).Single().Metadata.Name, Is.EqualTo("unbound"));
        Assert.That(PodGarbage.OnNodesOutOfService(pods, _ => node), Is.Empty);
        Assert.That(PodGarbage.OnNodesOutOfService(pods, _ => off).Single().Metadata.Name, Is.EqualTo("bound"));
        Assert.That(PodGarbage.MissingNodes(pods, _ => null), Is.EquivalentTo(new[] { "a" }));
    }

    private static Pod Terminating(string name, string node) => new()
    {
        Metadata = new ObjectMeta { Name = name, DeletionTimestamp = Timestamp.FromUnixSeconds(1) },
        Spec = new PodSpec { NodeName = node },
    };

    private static Pod Ended(string name, int created, string phase = "Failed", string reason = "") => new()
    {
        Metadata = new ObjectMeta { Name = name, CreationTimestamp = Timestamp.FromUnixSeconds(created) },
        Status = new PodStatus { Phase = phase, Reason = reason },
    };
}
