using System.Net;
using k8s;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.Apps;

/// <summary>Budgets for evictions.</summary>
internal sealed class DisruptionTests
{
    [Test, Conformance("[sig-apps] DisruptionController should create a PodDisruptionBudget [Conformance]")]
    public async Task A_budget_is_created_updated_patched_and_deleted()
    {
        await using var scratch = await Scratch.CreateAsync();
        var budgets = scratch.Of<V1PodDisruptionBudget>();
        await budgets.CreateAsync(Budget("one", "1%"));
        await budgets.UntilAsync("one", static one => one.Status.ObservedGeneration == one.Metadata.Generation);
        await budgets.UpdateAsync("one", static one => one.Spec.MinAvailable = "2%");
        var patched = await budgets.PatchAsync("one", """{"spec":{"minAvailable":"3%"}}""");
        Assert.That(patched.Spec.MinAvailable.Value, Is.EqualTo("3%"));
        await budgets.UntilAsync("one", static one => one.Status.ObservedGeneration == one.Metadata.Generation);
        await budgets.DeleteAsync("one");
        await budgets.UntilGoneAsync("one");
    }

    [Test, Conformance("[sig-apps] DisruptionController Listing PodDisruptionBudgets for all namespaces should list and delete a collection of PodDisruptionBudgets [Conformance]")]
    public async Task Budgets_are_listed_everywhere_and_deleted_by_label()
    {
        await using var scratch = await Scratch.CreateAsync();
        await using var other = await Scratch.CreateAsync();
        var budgets = scratch.Of<V1PodDisruptionBudget>();
        var selector = $"labelSelector=of%3D{scratch.Name}";
        foreach (var name in new[] { "one", "two", "three" })
            await budgets.CreateAsync(Budget(name, "1%", scratch.Name));
        await other.Of<V1PodDisruptionBudget>().CreateAsync(Budget("one", "1%", scratch.Name));
        Assert.That(await budgets.Everywhere.ListAsync(selector), Has.Count.EqualTo(4));
        Assert.That(await budgets.ListAsync(selector), Has.Count.EqualTo(3));
        await budgets.DeleteCollectionAsync(selector);
        await budgets.UntilAllAsync(static all => all.Count == 0, selector);
        Assert.That(await budgets.Everywhere.ListAsync(selector), Has.Count.EqualTo(1));
    }

    [Test, Conformance("[sig-apps] DisruptionController should observe PodDisruptionBudget status updated [Conformance]")]
    public async Task The_status_of_a_budget_counts_healthy_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1PodDisruptionBudget>().CreateAsync(Budget("one", "1"));
        foreach (var name in new[] { "a", "b", "c" })
            await scratch.Pods.CreateAsync(PodRuns.Idle(name, metadata: "labels: {app: web}"));
        var budget = await scratch.Of<V1PodDisruptionBudget>().UntilAsync("one", static one => one.Status.CurrentHealthy == 3);
        Assert.That((budget.Status.ExpectedPods, budget.Status.DesiredHealthy, budget.Status.DisruptionsAllowed), Is.EqualTo((3, 1, 2)));
    }

    [Test, Conformance("[sig-apps] DisruptionController should update/patch PodDisruptionBudget status [Conformance]")]
    public async Task The_status_of_a_budget_is_updated_and_patched()
    {
        await using var scratch = await Scratch.CreateAsync();
        var budgets = scratch.Of<V1PodDisruptionBudget>();
        await budgets.CreateAsync(Budget("one", "1"));
        await budgets.UntilAsync("one", static one => one.Status.ObservedGeneration == one.Metadata.Generation);
        var at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var updated = await budgets.UpdateAsync("one", one => one.Status.DisruptedPods = new Dictionary<string, DateTime?> { ["web-1"] = at }, "status");
        Assert.That(updated.Status.DisruptedPods, Contains.Key("web-1"));
        var patched = await budgets.PatchAsync("one", """{"status":{"disruptedPods":{"web-2":"2026-01-01T00:00:00Z"}}}""", subresource: "status");
        Assert.That(patched.Status.DisruptedPods, Contains.Key("web-2"));
    }

    [Test, Conformance("[sig-apps] DisruptionController should block an eviction until the PDB is updated to allow it [Conformance]")]
    public async Task An_eviction_is_refused_until_the_budget_allows_it()
    {
        await using var scratch = await Scratch.CreateAsync();
        foreach (var name in new[] { "a", "b", "c" })
            await scratch.Pods.CreateAsync(PodRuns.Idle(name, metadata: "labels: {app: web}"));
        await scratch.Pods.UntilAllAsync(static all => all.Count(static pod => pod.IsReady()) == 3);
        var budgets = scratch.Of<V1PodDisruptionBudget>();
        await budgets.CreateAsync(Budget("one", "3"));
        await budgets.UntilAsync("one", static one => one.Status.CurrentHealthy == 3);
        var refusal = await RefusedAsync(HttpStatusCode.TooManyRequests, () => EvictAsync(scratch, "a"));
        Assert.That(refusal.Details?.Causes, Has.Some.Matches<V1StatusCause>(static cause => cause is { Reason: "DisruptionBudget" }));
        Assert.That((await scratch.Pods.GetAsync("a")).Metadata.DeletionTimestamp, Is.Null);

        await budgets.UpdateAsync("one", static one => one.Spec.MinAvailable = 2);
        await budgets.UntilAsync("one", static one => one.Status.DisruptionsAllowed == 1);
        await EvictAsync(scratch, "a");
        await scratch.Pods.UntilGoneAsync("a");
        // The other two are all that the budget wants; patched, it wants one less.
        await budgets.UntilAsync("one", static one => one.Status is { CurrentHealthy: 2, DisruptionsAllowed: 0 });
        await RefusedAsync(HttpStatusCode.TooManyRequests, () => EvictAsync(scratch, "b"));
        await budgets.PatchAsync("one", """{"spec":{"minAvailable":1}}""");
        await budgets.UntilAsync("one", static one => one.Status.DisruptionsAllowed == 1);
        await EvictAsync(scratch, "b");
        await scratch.Pods.UntilGoneAsync("b");
    }

    private static async Task EvictAsync(Scratch scratch, string pod)
    {
        var eviction = new V1Eviction { ApiVersion = "policy/v1", Kind = "Eviction", Metadata = new V1ObjectMeta { Name = pod, NamespaceProperty = scratch.Name } };
        (await scratch.Client.SendAsync(HttpMethod.Post, $"api/v1/namespaces/{scratch.Name}/pods/{pod}/eviction", Json(KubernetesJson.Serialize(eviction)))).Dispose();
    }

    private static string Budget(string name, string minAvailable, string label = "test") =>
        $$$$$"""{metadata: {name: {{{{{name}}}}}, labels: {of: {{{{{label}}}}}}}, spec: {minAvailable: {{{{{minAvailable}}}}}, selector: {matchLabels: {app: web}}}}""";
}
