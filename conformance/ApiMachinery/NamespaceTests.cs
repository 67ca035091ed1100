using System.Net;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.ApiMachinery;

/// <summary>Namespaces, and what goes with them.</summary>
internal sealed class NamespaceTests
{
    private static Resource<V1Namespace> Namespaces => SharedCluster.Of<V1Namespace>();

    [Test, Conformance("[sig-api-machinery] Namespaces [Serial] should apply a finalizer to a Namespace [Conformance]")]
    public async Task A_finalizer_keeps_a_namespace_until_it_is_taken_off()
    {
        await using var scratch = await Scratch.CreateAsync();
        await FinalizeAsync(scratch, static finalizers => finalizers.Add("conformance.example.com/held"));
        await Namespaces.DeleteAsync(scratch.Name);
        await Namespaces.UntilAsync(scratch.Name, static one => one.Status.Phase == "Terminating" && one.Spec.Finalizers.SequenceEqual(["conformance.example.com/held"]));
        await FinalizeAsync(scratch, static finalizers => finalizers.Remove("conformance.example.com/held"));
        await Namespaces.UntilGoneAsync(scratch.Name);
    }

    [Test, Conformance("[sig-api-machinery] Namespaces [Serial] should apply an update to a Namespace [Conformance]")]
    public async Task A_namespace_is_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        await Namespaces.UpdateAsync(scratch.Name, one => one.Metadata.Labels[scratch.Name] = "updated");
        Assert.That(await Namespaces.ListAsync($"labelSelector={scratch.Name}%3Dupdated"), Has.Count.EqualTo(1));
    }

    [Test, Conformance("[sig-api-machinery] Namespaces [Serial] should patch a Namespace [Conformance]")]
    public async Task A_namespace_is_patched()
    {
        await using var scratch = await Scratch.CreateAsync();
        await Namespaces.PatchAsync(scratch.Name, """{"metadata":{"labels":{"patched":"true"}}}""", Resource<V1Namespace>.Strategic);
        Assert.That((await Namespaces.GetAsync(scratch.Name)).Metadata.Labels["patched"], Is.EqualTo("true"));
    }

    [Test, Conformance("[sig-api-machinery] Namespaces [Serial] should apply changes to a namespace status [Conformance]")]
    public async Task The_status_of_a_namespace_is_patched_and_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        Assert.That((await Namespaces.GetAsync(scratch.Name, "status")).Status.Phase, Is.EqualTo("Active"));
        var patched = await Namespaces.PatchAsync(
            scratch.Name, """{"metadata":{"annotations":{"patched":"true"}},"status":{"conditions":[{"type":"StatusPatch","status":"True","reason":"Test","message":"patched"}]}}""", subresource: "status");
        Assert.That(patched.Metadata.Annotations["patched"], Is.EqualTo("true"));
        Assert.That(patched.Status.Conditions, Has.One.Matches<V1NamespaceCondition>(static condition => condition is { Type: "StatusPatch", Status: "True" }));
        var updated = await Namespaces.UpdateAsync(
            scratch.Name, static one => one.Status.Conditions.Add(new V1NamespaceCondition { Type = "StatusUpdate", Status = "True", Reason = "Test", Message = "updated" }), "status");
        Assert.That(updated.Status.Conditions.Select(static condition => condition.Type), Is.EqualTo(new[] { "StatusPatch", "StatusUpdate" }));
    }

    [Test, Conformance("[sig-api-machinery] Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted [Conformance]")]
    public async Task Pods_go_with_their_namespace()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one"));
        await scratch.DeleteAsync();
        await AgainAsync(scratch.Name, async again => Assert.That(await again.Pods.ListAsync(), Is.Empty));
    }

    [Test, Conformance("[sig-api-machinery] Namespaces [Serial] should ensure that all services are removed when a namespace is deleted [Conformance]")]
    public async Task Services_go_with_their_namespace()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1Service>().CreateAsync("{metadata: {name: one}, spec: {selector: {app: none}, ports: [{port: 80}]}}");
        await scratch.DeleteAsync();
        await AgainAsync(scratch.Name, async again => Assert.That(await again.Of<V1Service>().ListAsync(), Is.Empty));
    }

    [Test, Conformance("[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first [Conformance]")]
    public async Task Pods_are_deleted_before_all_else()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("held", metadata: "finalizers: [conformance.example.com/held]"));
        await scratch.Of<V1ConfigMap>().CreateAsync("{metadata: {name: settings}}");
        await Namespaces.DeleteAsync(scratch.Name);
        await scratch.Pods.UntilAsync("held", static pod => pod.Metadata.DeletionTimestamp is not null);
        await Namespaces.UntilAsync(scratch.Name, static one => one.Status.Conditions?.Any(static condition => condition is { Type: "NamespaceDeletionContentFailure" or "NamespaceContentRemaining" or "NamespaceFinalizersRemaining", Status: "True" }) == true);
        Assert.That((await scratch.Of<V1ConfigMap>().GetAsync("settings")).Metadata.DeletionTimestamp, Is.Null);
        await scratch.Pods.PatchAsync("held", """{"metadata":{"finalizers":null}}""");
        await Namespaces.UntilGoneAsync(scratch.Name);
    }

    private static async Task FinalizeAsync(Scratch scratch, Action<IList<string>> change)
    {
        var one = await Namespaces.GetAsync(scratch.Name);
        change(one.Spec.Finalizers);
        await Namespaces.ReplaceAsync(one, "finalize");
    }

    private static async Task AgainAsync(string name, Func<Scratch, Task> check)
    {
        var gone = await RefusedAsync(HttpStatusCode.NotFound, () => Namespaces.GetAsync(name));
        Assert.That(gone.Reason, Is.EqualTo("NotFound"));
        await using var again = await Scratch.CreateNamedAsync(name);
        await check(again);
    }
}
