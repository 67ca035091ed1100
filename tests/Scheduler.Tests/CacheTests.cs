using ControlPlane.Machinery.Values;
using ControlPlane.Scheduler.Cache;

namespace ControlPlane.Scheduler.Tests;

internal sealed class CacheTests
{
    private readonly Snapshot _snapshot = new();
    private readonly SchedulerCache _cache = new();

    public CacheTests() => _cache.Set(Make.Node("n"));

    [SetUp]
    public void Empty()
    {
        foreach (var pod in new[] { "p", "q" })
            _cache.Remove("uid-" + pod);
    }

    [Test]
    public void An_assumed_pod_counts_until_it_is_forgotten()
    {
        _cache.Assume(Make.Pod("p", cpu: "1").Info(), "n");
        Assert.That(Requested(), Is.EqualTo(1000));
        _cache.Forget("uid-p");
        Assert.That(Requested(), Is.Zero);
    }

    [Test]
    public void A_confirmed_pod_counts_once_and_is_not_forgotten_any_more()
    {
        _cache.Assume(Make.Pod("p", cpu: "1").Info(), "n");
        _cache.Confirm(Make.Pod("p", cpu: "1", node: "n"));
        _cache.Forget("uid-p");
        Assert.That(Requested(), Is.EqualTo(1000));
        Assert.That(_cache.IsAssumed("uid-p"), Is.False);
    }

    [Test]
    public void A_pod_told_before_its_node_counts_when_the_node_comes()
    {
        _cache.Confirm(Make.Pod("q", cpu: "2", node: "late"));
        _cache.Set(Make.Node("late"));
        _cache.Refresh(_snapshot);
        Assert.That(_snapshot.Find("late")!.Requested.MilliCpu, Is.EqualTo(2000));
        _cache.RemoveNode("late");
    }

    [Test]
    public void A_snapshot_does_not_change_before_it_is_refreshed()
    {
        Assert.That(Requested(), Is.Zero);
        _cache.Assume(Make.Pod("p", cpu: "1").Info(), "n");
        Assert.That(_snapshot.Find("n")!.Requested.MilliCpu, Is.Zero);
        Assert.That(Requested(), Is.EqualTo(1000));
    }

    [Test]
    public void A_refresh_leaves_nodes_that_did_not_change_as_they_are()
    {
        _cache.Set(Make.Node("other"));
        _cache.Refresh(_snapshot);
        var before = _snapshot.Find("other");
        _cache.Assume(Make.Pod("p", cpu: "1").Info(), "n");
        _cache.Refresh(_snapshot);
        Assert.That(_snapshot.Find("other"), Is.SameAs(before));
        _cache.RemoveNode("other");
    }

    [Test]
    public void A_node_that_is_gone_leaves_the_snapshot()
    {
        _cache.Set(Make.Node("gone"));
        _cache.RemoveNode("gone");
        _cache.Refresh(_snapshot);
        Assert.That(_snapshot.Find("gone"), Is.Null);
    }

    [Test]
    public void Zones_take_turns_in_the_order_of_nodes()
    {
        var nodes = new[] { ("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b") }.Select(pair =>
        {
            var node = Make.Node(pair.Item1);
            return (node with { Metadata = node.Metadata with { Labels = ValueMap.Of("topology.kubernetes.io/zone", pair.Item2) } }).With();
        }).ToArray();
        Assert.That(ZoneOrder.Of(nodes).Select(node => node.Name), Is.EqualTo(new[] { "a1", "b1", "a2", "b2" }));
    }

    private long Requested()
    {
        _cache.Refresh(_snapshot);
        return _snapshot.Find("n")!.Requested.MilliCpu;
    }
}
