using k8s.Models;

namespace ControlPlane.Conformance.Scheduling;

/// <summary>Which nodes a pod may run on. Serial: labels and load of the node are all tests' concern.</summary>
[NonParallelizable]
internal sealed class PredicateTests
{
    [Test, Conformance("[sig-scheduling] SchedulerPredicates [Serial] validates resource limits of pods that are allowed to run [Conformance]")]
    public async Task A_pod_that_asks_for_more_than_is_left_is_not_scheduled()
    {
        await using var scratch = await Scratch.CreateAsync();
        var node = (await SharedCluster.Of<V1Node>().ListAsync())[0];
        var milli = (long)(node.Status.Allocatable["cpu"].ToDecimal() * 1000);
        var filling = $"resources: {{requests: {{cpu: {milli * 7 / 10}m}}, limits: {{cpu: {milli * 7 / 10}m}}}}";
        await scratch.ReadyAsync(PodRuns.Idle("filling", filling));
        await scratch.Pods.CreateAsync(PodRuns.Idle("too-much", filling));
        var left = await scratch.Pods.UntilAsync("too-much", static pod => Unschedulable(pod) is not null);
        Assert.That(Unschedulable(left), Does.Contain("Insufficient cpu"));
        await scratch.Pods.DeleteAsync("filling", "gracePeriodSeconds=0");
        await scratch.Pods.UntilAsync("too-much", static pod => pod.Spec.NodeName is not null);
    }

    [Test, Conformance("[sig-scheduling] SchedulerPredicates [Serial] validates that NodeSelector is respected if not matching [Conformance]")]
    public async Task A_pod_whose_selector_no_node_meets_is_not_scheduled()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Idle("one", pod: "nodeSelector: {conformance.example.com/label: nonempty}"));
        var left = await scratch.Pods.UntilAsync("one", static pod => Unschedulable(pod) is not null);
        Assert.That(Unschedulable(left), Does.Contain("node(s) didn't match Pod's node affinity/selector"));
    }

    [Test, Conformance("[sig-scheduling] SchedulerPredicates [Serial] validates that NodeSelector is respected if matching [Conformance]")]
    public async Task A_pod_goes_to_the_node_that_its_selector_selects()
    {
        await using var scratch = await Scratch.CreateAsync();
        var nodes = SharedCluster.Of<V1Node>();
        await nodes.PatchAsync("node-a", $$$$"""{"metadata":{"labels":{"conformance.example.com/{{{{scratch.Name}}}}":"42"}}}""");
        try
        {
            var pod = await scratch.ReadyAsync(PodRuns.Idle("one", pod: $"nodeSelector: {{conformance.example.com/{scratch.Name}: '42'}}"));
            Assert.That(pod.Spec.NodeName, Is.EqualTo("node-a"));
        }
        finally
        {
            await nodes.PatchAsync("node-a", $$$$"""{"metadata":{"labels":{"conformance.example.com/{{{{scratch.Name}}}}":null}}}""");
        }
    }

    [Test, Conformance("[sig-scheduling] SchedulerPredicates [Serial] validates that there exists conflict between pods with same hostPort and protocol but one using 0.0.0.0 hostIP [Conformance]")]
    public async Task A_host_port_on_all_addresses_conflicts_with_one_on_a_single_address()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("all", "ports: [{containerPort: 8080, hostPort: 54322}]"));
        await scratch.Pods.CreateAsync(PodRuns.Idle("single", "ports: [{containerPort: 8080, hostPort: 54322, hostIP: 127.0.0.1}]"));
        var left = await scratch.Pods.UntilAsync("single", static pod => Unschedulable(pod) is not null);
        Assert.That(Unschedulable(left), Does.Contain("node(s) didn't have free ports for the requested pod ports"));
    }

    private static string? Unschedulable(V1Pod pod) =>
        pod.Status.Conditions?.FirstOrDefault(static condition => condition is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" })?.Message;
}
