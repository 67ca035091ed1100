using ControlPlane.Controllers.Nodes.Eviction;
using ControlPlane.Controllers.Nodes.Lifecycle;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Controllers.Tests.Nodes;

public sealed class NodeTaintTests
{
    private static readonly Timestamp Now = Timestamp.FromUnixSeconds(100);

    [TestCase("Ready", "False", "node.kubernetes.io/not-ready")]
    [TestCase("Ready", "Unknown", "node.kubernetes.io/unreachable")]
    [TestCase("MemoryPressure", "True", "node.kubernetes.io/memory-pressure")]
    [TestCase("DiskPressure", "True", "node.kubernetes.io/disk-pressure")]
    [TestCase("PIDPressure", "True", "node.kubernetes.io/pid-pressure")]
    [TestCase("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable")]
    public void A_condition_puts_its_taint_on_the_node_and_takes_it_off_again(string condition, string status, string key)
    {
        var node = In(condition, status);
        var taints = NodeTaintPlan.WithConditions(node, Now);
        Assert.That(taints.Select(taint => (taint.Key, taint.Effect)), Is.EqualTo(new[] { (key, "NoSchedule") }));
        Assert.That(NodeTaintPlan.WithConditions(node with { Spec = new NodeSpec { Taints = taints } }, Now), Is.EqualTo(taints));
        Assert.That(NodeTaintPlan.WithConditions(In("Ready", "True") with { Spec = new NodeSpec { Taints = taints } }, Now), Is.Empty);
    }

    [Test]
    public void Taints_of_others_stay_and_a_cordoned_node_has_its_own()
    {
        var foreign = new Taint { Key = "gpu", Effect = "NoSchedule" };
        var node = In("Ready", "True") with { Spec = new NodeSpec { Unschedulable = true, Taints = [foreign] } };
        Assert.That(NodeTaintPlan.WithConditions(node, Now).Select(taint => taint.Key), Is.EqualTo(new[] { "gpu", "node.kubernetes.io/unschedulable" }));
    }

    [Test]
    public void Not_ready_and_unreachable_exclude_each_other()
    {
        var unreachable = NodeTaintPlan.WithEviction(default, NodeTaintPlan.Unreachable, Now);
        var notReady = NodeTaintPlan.WithEviction(unreachable, NodeTaintPlan.NotReady, Now);
        Assert.That(notReady.Select(taint => (taint.Key, taint.Effect)), Is.EqualTo(new[] { (NodeTaintPlan.NotReady, "NoExecute") }));
        Assert.That(NodeTaintPlan.WithEviction(notReady, null, Now), Is.Empty);
    }

    [Test]
    public void A_silent_node_is_unknown_in_all_that_it_reports_itself()
    {
        var conditions = SilentNode.ConditionsOf(In("Ready", "True"), Now);
        Assert.That(conditions.Select(condition => (condition.Type, condition.Status, condition.Reason)), Is.EquivalentTo(new[]
        {
            ("Ready", "Unknown", "NodeStatusUnknown"),
            ("MemoryPressure", "Unknown", "NodeStatusNeverUpdated"),
            ("DiskPressure", "Unknown", "NodeStatusNeverUpdated"),
            ("PIDPressure", "Unknown", "NodeStatusNeverUpdated"),
        }));
        Assert.That(conditions[0].Message, Is.EqualTo("Kubelet stopped posting node status."));
    }

    [TestCase(-1, 0)]
    [TestCase(0, 0)]
    [TestCase(300, 300)]
    public void A_pod_stays_as_long_as_it_tolerates_the_taint(int tolerated, int stays)
    {
        Taint taint = new() { Key = NodeTaintPlan.NotReady, Effect = "NoExecute" };
        ValueList<Toleration> tolerations = tolerated < 0 ? default : [new Toleration { Key = taint.Key, Operator = "Exists", TolerationSeconds = tolerated }];
        Assert.That(EvictionTime.Of(tolerations, [taint]), Is.EqualTo(TimeSpan.FromSeconds(stays)));
    }

    [Test]
    public void A_pod_that_tolerates_all_taints_without_limit_stays()
    {
        Taint taint = new() { Key = NodeTaintPlan.NotReady, Effect = "NoExecute" };
        Assert.That(EvictionTime.Of([new Toleration { Operator = "Exists" }], [taint]), Is.Null);
        Assert.That(EvictionTime.Of(default, default), Is.Null);
    }

    [Test]
    public void A_healthy_zone_loses_one_node_every_ten_seconds()
    {
        var clock = new FakeTimeProvider();
        var zones = new NodeZones(clock, new ControllerSettings());
        foreach (var node in Enumerable.Range(0, 10))
            zones.Observe(Named(node), isReady: node >= 2);
        Assert.That(zones.TryEvict(Named(0)), Is.True);
        Assert.That(zones.TryEvict(Named(1)), Is.False);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(zones.TryEvict(Named(1)), Is.True);
    }

    [TestCase(10, 6, false)]
    [TestCase(100, 60, true)]
    public void A_zone_in_trouble_loses_none_when_small_and_few_when_large(int count, int notReady, bool mayEvict)
    {
        var clock = new FakeTimeProvider();
        var zones = new NodeZones(clock, new ControllerSettings());
        foreach (var node in Enumerable.Range(0, count))
            zones.Observe(Named(node), isReady: node >= notReady);
        Assert.That(zones.StateOf(Named(0)), Is.EqualTo(ZoneState.PartialDisruption));
        Assert.That(zones.TryEvict(Named(0)), Is.EqualTo(mayEvict));
        clock.Advance(TimeSpan.FromSeconds(50));
        Assert.That(zones.TryEvict(Named(1)), Is.False, "one in a hundred seconds at most");
    }

    [Test]
    public void No_node_is_emptied_while_none_is_ready_and_all_get_their_grace_again_afterwards()
    {
        var zones = new NodeZones(new FakeTimeProvider(), new ControllerSettings());
        zones.Observe(Named(0), isReady: false);
        zones.Observe(Named(1), isReady: false);
        Assert.That(zones.IsAllDown);
        Assert.That(zones.TryEvict(Named(0)), Is.False);
        Assert.That(zones.Observe(Named(1), isReady: true), Is.True);
        Assert.That(zones.TryEvict(Named(0)), Is.True);
    }

    private static Node In(string condition, string status) => new()
    {
        Metadata = new ObjectMeta { Name = "a" },
        Status = new NodeStatus { Conditions = [new NodeCondition { Type = condition, Status = status }] },
    };

    private static Node Named(int number) => new() { Metadata = new ObjectMeta { Name = $"node-{number}" } };
}
