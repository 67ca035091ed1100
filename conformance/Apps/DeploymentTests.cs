using k8s.Models;

namespace ControlPlane.Conformance.Apps;

/// <summary>Deployments roll out, back, and together with what is there.</summary>
internal sealed class DeploymentTests
{
    [Test, Conformance("[sig-apps] Deployment Deployment should have a working scale subresource [Conformance]")]
    public async Task A_deployment_is_scaled_by_its_subresource()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1Deployment>().CreateAsync(Workloads.Deployment("web", 1));
        await Workloads.ScalesAsync(scratch, "deployments", "web");
        await scratch.Of<V1Deployment>().UntilAsync("web", static one => one.Status.ReadyReplicas == 3);
    }

    [Test, Conformance("[sig-apps] Deployment RecreateDeployment should delete old pods and create new ones [Conformance]")]
    public async Task Recreating_deletes_all_old_pods_before_new_ones_start()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RolledOutAsync(Workloads.Deployment("web", 1, "strategy: {type: Recreate}"));
        var old = (await scratch.Pods.ListAsync("labelSelector=app%3Dweb")).Single();
        var version = (await scratch.Pods.ListPageAsync("")).Metadata.ResourceVersion;
        await scratch.SetImageAsync("web");
        await scratch.UntilRolledOutAsync("web");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (var (type, pod) in scratch.Pods.WatchAsync($"labelSelector=app%3Dweb&resourceVersion={version}", limit.Token))
        {
            if (type == "DELETED" && pod.Metadata.Name == old.Metadata.Name)
                break;
            Assert.That(pod.Metadata.Name == old.Metadata.Name || pod.Status.StartTime is null || old.Status.Phase is "Succeeded" or "Failed", "no new pod runs beside an old one");
            if (pod.Metadata.Name == old.Metadata.Name)
                old = pod;
        }
    }

    [Test, Conformance("[sig-apps] Deployment RollingUpdateDeployment should delete old pods and create new ones [Conformance]")]
    public async Task Rolling_out_adopts_a_replica_set_and_replaces_its_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ReplicaSet>().CreateAsync(Workloads.ReplicaSet("older", 1));
        await scratch.Of<V1ReplicaSet>().UntilAsync("older", static one => one.Status.ReadyReplicas == 1);
        await scratch.RolledOutAsync(Workloads.Deployment("web", 1, image: SharedCluster.NextBusybox));
        var older = await scratch.Of<V1ReplicaSet>().UntilAsync("older", static one => one.Status.Replicas == 0);
        Assert.That(older.Metadata.OwnerReferences.Single().Name, Is.EqualTo("web"));
        var left = await scratch.Pods.UntilAllAsync(static all => all.Count == 1, "labelSelector=app%3Dweb");
        Assert.That(left[0].Spec.Containers[0].Image, Is.EqualTo(SharedCluster.NextBusybox));
    }

    [Test, Conformance("[sig-apps] Deployment deployment should delete old replica sets [Conformance]")]
    public async Task Replica_sets_beyond_the_history_limit_are_deleted()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ReplicaSet>().CreateAsync(Workloads.ReplicaSet("older", 1));
        await scratch.Of<V1ReplicaSet>().UntilAsync("older", static one => one.Status.ReadyReplicas == 1);
        await scratch.RolledOutAsync(Workloads.Deployment("web", 1, "revisionHistoryLimit: 0", SharedCluster.NextBusybox));
        await scratch.Of<V1ReplicaSet>().UntilAllAsync(static all => all.Count == 1 && all[0].Metadata.Name != "older");
    }

    [Test, Conformance("[sig-apps] Deployment deployment should support rollover [Conformance]")]
    public async Task A_new_rollout_takes_over_from_one_that_is_not_finished()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RolledOutAsync(Workloads.Deployment("web", 1, "strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}"));
        await scratch.SetImageAsync("web", "docker.io/conformance/there-is-none:1");
        await scratch.Of<V1ReplicaSet>().UntilAllAsync(static all => all.Any(static one => one.Spec.Template.Spec.Containers[0].Image.Contains("there-is-none", StringComparison.Ordinal) && one.Status.Replicas == 1));
        await scratch.SetImageAsync("web");
        await scratch.UntilRolledOutAsync("web");
        var sets = await scratch.Of<V1ReplicaSet>().UntilAllAsync(static all => all.Count(static one => one.Spec.Replicas > 0) == 1 && all.Sum(static one => one.Status.Replicas) == 1);
        Assert.That(sets.Single(static one => one.Spec.Replicas > 0).Spec.Template.Spec.Containers[0].Image, Is.EqualTo(SharedCluster.NextBusybox));
    }

    [Test, Conformance("[sig-apps] Deployment deployment should support proportional scaling [Conformance]")]
    public async Task Scaling_in_the_middle_of_a_rollout_is_shared_in_proportion()
    {
        await using var scratch = await Scratch.CreateAsync();
        var sets = scratch.Of<V1ReplicaSet>();
        await scratch.RolledOutAsync(Workloads.Deployment("web", 10, "strategy: {rollingUpdate: {maxSurge: 3, maxUnavailable: 2}}"));
        // The image does not exist: 8 old ones stay, 5 new ones come to nothing.
        await scratch.SetImageAsync("web", "docker.io/conformance/there-is-none:1");
        await sets.UntilAllAsync(static all => Sizes(all) is [8, 5]);
        await scratch.Of<V1Deployment>().PatchAsync("web", """{"spec":{"replicas":30}}""");
        // 33 in all with the surge: 20 more than 13, shared 8 to 5.
        await sets.UntilAllAsync(static all => Sizes(all) is [20, 13]);

        static int?[] Sizes(IReadOnlyList<V1ReplicaSet> all) =>
            [.. all.OrderBy(static one => one.Spec.Template.Spec.Containers[0].Image.Contains("there-is-none", StringComparison.Ordinal)).Select(static one => one.Spec.Replicas)];
    }

    [Test, Conformance("[sig-apps] Deployment should run the lifecycle of a Deployment [Conformance]")]
    public async Task Deployments_have_all_operations_and_their_status_follows()
    {
        await using var scratch = await Scratch.CreateAsync();
        var deployments = scratch.Of<V1Deployment>();
        await scratch.RolledOutAsync(Workloads.Deployment("web", 1));
        await deployments.PatchAsync("web", $$$$$"""{"spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"main","image":"{{{{{SharedCluster.NextBusybox}}}}}"}]}}}}""", Resource<V1Deployment>.Strategic);
        await scratch.UntilRolledOutAsync("web");
        Assert.That((await deployments.GetAsync("web")).Status.ReadyReplicas, Is.EqualTo(2));
        await ApiOperations.WorkAsync(deployments, static name => Workloads.Deployment(name, 0));
    }

    [Test, Conformance("[sig-apps] Deployment should validate Deployment Status endpoints [Conformance]")]
    public async Task The_status_of_a_deployment_is_patched_and_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RolledOutAsync(Workloads.Deployment("web", 1));
        await Workloads.StatusWorksAsync(
            scratch.Of<V1Deployment>(), "web", Resource<V1Deployment>.Strategic,
            static one => one.Status.Conditions.Select(static condition => condition.Type),
            static one => one.Status.Conditions.Add(new V1DeploymentCondition { Type = "StatusUpdate", Status = "True", Reason = "Test", Message = "updated" }));
    }
}
