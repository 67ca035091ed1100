using k8s.Models;

namespace ControlPlane.Conformance.Apps;

/// <summary>Replica sets keep as many pods as they are told.</summary>
internal sealed class ReplicaSetTests
{
    [Test, Conformance("[sig-apps] ReplicaSet should serve a basic image on each replica with a public image [Conformance]")]
    public async Task Each_replica_runs_and_answers()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ReplicaSet>().CreateAsync(Workloads.ReplicaSet("web", 2));
        var pods = await scratch.Pods.UntilAllAsync(static all => all.Count == 2 && all.All(static pod => pod.IsReady()));
        foreach (var pod in pods)
            Assert.That((await scratch.ExecAsync(pod.Metadata.Name, "hostname")).Output, Is.EqualTo(pod.Metadata.Name + "\n"));
    }

    [Test, Conformance("[sig-apps] ReplicaSet should adopt matching pods on creation and release no longer matching pods [Conformance]")]
    public async Task A_matching_pod_is_adopted_and_released_when_it_no_longer_matches()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("orphan", metadata: "labels: {app: web}"));
        var set = await scratch.Of<V1ReplicaSet>().CreateAsync(Workloads.ReplicaSet("web", 1));
        await scratch.Pods.UntilAsync("orphan", pod => pod.Metadata.OwnerReferences?.Any(owner => owner.Uid == set.Metadata.Uid && owner.Controller == true) == true);
        await scratch.Of<V1ReplicaSet>().UntilAsync("web", static one => one.Status.Replicas == 1);
        await scratch.Pods.PatchAsync("orphan", """{"metadata":{"labels":{"app":"other"}}}""");
        await scratch.Pods.UntilAsync("orphan", static pod => pod.Metadata.OwnerReferences is null or { Count: 0 });
        await scratch.Pods.UntilAllAsync(static all => all.Count == 1, "labelSelector=app%3Dweb");
    }

    [Test, Conformance("[sig-apps] ReplicaSet Replicaset should have a working scale subresource [Conformance]")]
    public async Task A_replica_set_is_scaled_by_its_subresource()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ReplicaSet>().CreateAsync(Workloads.ReplicaSet("web", 1));
        await Workloads.ScalesAsync(scratch, "replicasets", "web");
        await scratch.Of<V1ReplicaSet>().UntilAsync("web", static one => one.Status.Replicas == 3);
    }

    [Test, Conformance("[sig-apps] ReplicaSet Replace and Patch tests [Conformance]")]
    public async Task A_replica_set_is_replaced_and_patched()
    {
        await using var scratch = await Scratch.CreateAsync();
        var sets = scratch.Of<V1ReplicaSet>();
        await sets.CreateAsync(Workloads.ReplicaSet("web", 1));
        await sets.UntilAsync("web", static one => one.Status.ReadyReplicas == 1);
        await sets.UpdateAsync("web", static one => one.Spec.Replicas = 2);
        await sets.UntilAsync("web", static one => one.Status.ReadyReplicas == 2);
        var patched = await sets.PatchAsync(
            "web", $$$$$"""{"metadata":{"labels":{"patched":"true"}},"spec":{"replicas":1,"template":{"spec":{"containers":[{"name":"main","image":"{{{{{SharedCluster.NextBusybox}}}}}"}]}}}}""",
            Resource<V1ReplicaSet>.Strategic);
        Assert.That((patched.Metadata.Labels["patched"], patched.Spec.Template.Spec.Containers[0].Image), Is.EqualTo(("true", SharedCluster.NextBusybox)));
        await sets.UntilAsync("web", static one => one.Status.Replicas == 1);
    }

    [Test, Conformance("[sig-apps] ReplicaSet should list and delete a collection of ReplicaSets [Conformance]")]
    public async Task Replica_sets_are_deleted_by_label_with_their_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        var sets = scratch.Of<V1ReplicaSet>();
        await sets.CreateAsync(Workloads.ReplicaSet("web", 2));
        await sets.UntilAsync("web", static one => one.Status.ReadyReplicas == 2);
        Assert.That((await sets.Everywhere.ListAsync("labelSelector=app%3Dweb")).Count(one => one.Metadata.NamespaceProperty == scratch.Name), Is.EqualTo(1));
        await sets.DeleteCollectionAsync("labelSelector=app%3Dweb");
        await sets.UntilAllAsync(static all => all.Count == 0);
        await scratch.Pods.UntilAllAsync(static all => all.Count == 0);
    }

    [Test, Conformance("[sig-apps] ReplicaSet should validate Replicaset Status endpoints [Conformance]")]
    public async Task The_status_of_a_replica_set_is_patched_and_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ReplicaSet>().CreateAsync(Workloads.ReplicaSet("web", 1));
        await scratch.Of<V1ReplicaSet>().UntilAsync("web", static one => one.Status.ReadyReplicas == 1);
        await Workloads.StatusWorksAsync(
            scratch.Of<V1ReplicaSet>(), "web", Resource<V1ReplicaSet>.Strategic,
            static one => one.Status.Conditions.Select(static condition => condition.Type),
            static one => one.Status.Conditions.Add(new V1ReplicaSetCondition { Type = "StatusUpdate", Status = "True", Reason = "Test", Message = "updated" }));
    }
}
