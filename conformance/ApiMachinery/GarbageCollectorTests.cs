using k8s.Models;

namespace ControlPlane.Conformance.ApiMachinery;

/// <summary>What happens to objects whose owners go.</summary>
internal sealed class GarbageCollectorTests
{
    private const string Deployment =
        """
        {metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}},
          spec: {nodeSelector: {none: here}, containers: [{name: main, image: none}]}}}}
        """;

    [Test, Conformance("[sig-api-machinery] Garbage collector should delete RS created by deployment when not orphaning [Conformance]")]
    public async Task Replica_sets_go_with_their_deployment()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1Deployment>().CreateAsync(Deployment);
        await scratch.Of<V1ReplicaSet>().UntilAllAsync(static all => all.Count == 1);
        await scratch.Of<V1Deployment>().DeleteAsync("web", "propagationPolicy=Background");
        await scratch.Of<V1ReplicaSet>().UntilAllAsync(static all => all.Count == 0);
        await scratch.Pods.UntilAllAsync(static all => all.Count == 0);
    }

    [Test, Conformance("[sig-api-machinery] Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan [Conformance]")]
    public async Task Orphaned_replica_sets_stay_without_an_owner()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1Deployment>().CreateAsync(Deployment);
        await scratch.Of<V1ReplicaSet>().UntilAllAsync(static all => all.Count == 1 && all[0].Metadata.OwnerReferences.Count == 1);
        await scratch.Of<V1Deployment>().DeleteAsync("web", "propagationPolicy=Orphan");
        await scratch.Of<V1Deployment>().UntilGoneAsync("web");
        var left = await scratch.Of<V1ReplicaSet>().ListAsync();
        Assert.That(left, Has.Count.EqualTo(1));
        Assert.That(left[0].Metadata.OwnerReferences, Is.Null.Or.Empty);
        Assert.That(left[0].Metadata.DeletionTimestamp, Is.Null);
    }

    [Test, Conformance("[sig-api-machinery] Garbage collector should not be blocked by dependency circle [Conformance]")]
    public async Task Owners_in_a_circle_are_all_deleted()
    {
        await using var scratch = await Scratch.CreateAsync();
        var pods = new List<V1Pod>();
        foreach (var name in new[] { "one", "two", "three" })
            pods.Add(await scratch.Pods.CreateAsync(PodRuns.Idle(name, pod: "nodeSelector: {none: here}")));
        for (var index = 0; index < pods.Count; index++)
        {
            var owner = pods[(index + 2) % pods.Count].Metadata;
            await scratch.Pods.PatchAsync(
                pods[index].Metadata.Name,
                $$$"""{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"{{{owner.Name}}}","uid":"{{{owner.Uid}}}","controller":true,"blockOwnerDeletion":true}]}}""");
        }
        await scratch.Pods.DeleteAsync("one", "propagationPolicy=Foreground");
        await scratch.Pods.UntilAllAsync(static all => all.Count == 0);
    }
}
