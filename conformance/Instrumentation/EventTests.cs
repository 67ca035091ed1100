using k8s.Models;

namespace ControlPlane.Conformance.Instrumentation;

/// <summary>Events, by the old group and the new.</summary>
internal sealed class EventTests
{
    [Test, Conformance("[sig-instrumentation] Events should manage the lifecycle of an event [Conformance]")]
    public async Task An_event_is_created_patched_updated_found_and_deleted()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(scratch.Of<Corev1Event>(), name => CoreEvent(name, scratch.Name));
    }

    [Test, Conformance("[sig-instrumentation] Events should delete a collection of events [Conformance]")]
    public async Task Events_are_deleted_by_label()
    {
        await using var scratch = await Scratch.CreateAsync();
        var events = scratch.Of<Corev1Event>();
        foreach (var name in new[] { "one", "two", "three" })
            await events.CreateAsync(CoreEvent(name, scratch.Name));
        Assert.That(await events.ListAsync("labelSelector=of%3Dtest"), Has.Count.EqualTo(3));
        await events.DeleteCollectionAsync("labelSelector=of%3Dtest");
        Assert.That(await events.ListAsync("labelSelector=of%3Dtest"), Is.Empty);
    }

    [Test, Conformance("[sig-instrumentation] Events API should ensure that an event can be fetched, patched, deleted, and listed [Conformance]")]
    public async Task An_event_of_the_new_group_has_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        var events = scratch.Of<Eventsv1Event>();
        await ApiOperations.WorkAsync(events, name => NewEvent(name, scratch.Name));

        await events.CreateAsync(NewEvent("series", scratch.Name));
        var patched = await events.PatchAsync("series", """{"series":{"count":2,"lastObservedTime":"2026-01-01T00:00:00.000000Z"}}""");
        Assert.That(patched.Series.Count, Is.EqualTo(2));
        Assert.That(await events.ListAsync("fieldSelector=reportingController%3Dconformance.example.com%2Ftest"), Has.Count.EqualTo(1));
        // The same object under its old name.
        Assert.That((await scratch.Of<Corev1Event>().GetAsync("series")).Message, Is.EqualTo("a note"));
    }

    [Test, Conformance("[sig-instrumentation] Events API should delete a collection of events [Conformance]")]
    public async Task Events_of_the_new_group_are_deleted_by_label()
    {
        await using var scratch = await Scratch.CreateAsync();
        var events = scratch.Of<Eventsv1Event>();
        foreach (var name in new[] { "one", "two", "three" })
            await events.CreateAsync(NewEvent(name, scratch.Name));
        Assert.That(await events.ListAsync("labelSelector=of%3Dtest"), Has.Count.EqualTo(3));
        await events.DeleteCollectionAsync("labelSelector=of%3Dtest");
        Assert.That(await events.ListAsync("labelSelector=of%3Dtest"), Is.Empty);
    }

    private static string CoreEvent(string name, string inNamespace) =>
        $$$"""
        {metadata: {name: {{{name}}}, labels: {of: test}}, involvedObject: {kind: Pod, namespace: {{{inNamespace}}}, name: one}, reason: Tried, message: a note, type: Normal,
          source: {component: conformance}, firstTimestamp: 2026-01-01T00:00:00Z, lastTimestamp: 2026-01-01T00:00:00Z, count: 1}
        """;

    private static string NewEvent(string name, string inNamespace) =>
        $$$"""
        {metadata: {name: {{{name}}}, labels: {of: test}}, regarding: {kind: Pod, namespace: {{{inNamespace}}}, name: one}, reason: Tried, note: a note, type: Normal, action: Try,
          eventTime: 2026-01-01T00:00:00.123456Z, reportingController: conformance.example.com/test, reportingInstance: test-1}
        """;
}
