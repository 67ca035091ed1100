using k8s.Models;

namespace ControlPlane.Conformance.ApiMachinery;

/// <summary>What a watch tells, and from where.</summary>
internal sealed class WatcherTests
{
    [Test, Conformance("[sig-api-machinery] Watchers should observe add, update, and delete watch notifications on configmaps [Conformance]")]
    public async Task Watchers_see_what_their_selector_selects()
    {
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        var version = (await maps.ListPageAsync("")).Metadata.ResourceVersion;
        await ChangeAsync(maps, "a", "of=a");
        await ChangeAsync(maps, "b", "of=b");
        string[] ofOne = ["ADDED ", "MODIFIED 1", "MODIFIED 2", "DELETED 2"];
        Assert.That(await SeenAsync(maps, $"resourceVersion={version}&labelSelector=of%3Da", 4), Is.EqualTo(ofOne.Select(static change => "a " + change)));
        Assert.That(await SeenAsync(maps, $"resourceVersion={version}&labelSelector=of%3Db", 4), Is.EqualTo(ofOne.Select(static change => "b " + change)));
        Assert.That(
            await SeenAsync(maps, $"resourceVersion={version}&labelSelector=of%20in%20(a,b)", 8),
            Is.EqualTo(ofOne.Select(static change => "a " + change).Concat(ofOne.Select(static change => "b " + change))));
    }

    [Test, Conformance("[sig-api-machinery] Watchers should be able to start watching from a specific resource version [Conformance]")]
    public async Task A_watch_starts_after_the_version_it_names()
    {
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        await maps.CreateAsync("{metadata: {name: a, labels: {of: a}}}");
        var first = await SetAsync(maps, "a", "1");
        await SetAsync(maps, "a", "2");
        await maps.DeleteAsync("a");
        Assert.That(await SeenAsync(maps, $"resourceVersion={first.Metadata.ResourceVersion}&labelSelector=of%3Da", 2), Is.EqualTo(new[] { "a MODIFIED 2", "a DELETED 2" }));
    }

    [Test, Conformance("[sig-api-machinery] Watchers should be able to restart watching from the last resource version observed by the previous watch [Conformance]")]
    public async Task A_watch_goes_on_where_another_ended()
    {
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        var made = await maps.CreateAsync("{metadata: {name: a, labels: {of: a}}}");
        await SetAsync(maps, "a", "1");
        string? last = null;
        using var limit = Limit();
        await foreach (var (_, map) in maps.WatchAsync($"resourceVersion={made.Metadata.ResourceVersion}&labelSelector=of%3Da", limit.Token))
        {
            last = map.Metadata.ResourceVersion;
            break;
        }
        await SetAsync(maps, "a", "2");
        await maps.DeleteAsync("a");
        Assert.That(await SeenAsync(maps, $"resourceVersion={last}&labelSelector=of%3Da", 2), Is.EqualTo(new[] { "a MODIFIED 2", "a DELETED 2" }));
    }

    [Test, Conformance("[sig-api-machinery] Watchers should observe an object deletion if it stops meeting the requirements of the selector [Conformance]")]
    public async Task An_object_that_leaves_the_selection_is_told_as_deleted_and_coming_back_as_added()
    {
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        var made = await maps.CreateAsync("{metadata: {name: a, labels: {of: a}}}");
        await SetAsync(maps, "a", "1");
        await maps.PatchAsync("a", """{"metadata":{"labels":{"of":"other"}}}""");
        await SetAsync(maps, "a", "2");
        await maps.PatchAsync("a", """{"metadata":{"labels":{"of":"a"}}}""");
        await SetAsync(maps, "a", "3");
        await maps.DeleteAsync("a");
        Assert.That(
            await SeenAsync(maps, $"resourceVersion={made.Metadata.ResourceVersion}&labelSelector=of%3Da", 5),
            Is.EqualTo(new[] { "a MODIFIED 1", "a DELETED 1", "a ADDED 2", "a MODIFIED 3", "a DELETED 3" }));
    }

    [Test, Conformance("[sig-api-machinery] Watchers should receive events on concurrent watches in same order [Conformance]")]
    public async Task All_watches_tell_the_same_order()
    {
        const int Changes = 60;
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        var version = (await maps.ListPageAsync("")).Metadata.ResourceVersion;
        var writing = Parallel.ForEachAsync(
            Enumerable.Range(0, Changes / 3), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (index, _) => await ChangeAsync(maps, $"m{index}", "of=all", updates: 1));
        var watches = Enumerable.Range(0, 10).Select(_ => VersionsAsync(maps, $"resourceVersion={version}&labelSelector=of%3Dall", Changes)).ToList();
        await writing;
        var orders = await Task.WhenAll(watches);
        Assert.That(orders[0], Is.Ordered);
        foreach (var order in orders)
            Assert.That(order, Is.EqualTo(orders[0]));
    }

    private static async Task ChangeAsync(Resource<V1ConfigMap> maps, string name, string label, int updates = 2)
    {
        await maps.CreateAsync($"{{metadata: {{name: {name}, labels: {{{label.Replace("=", ": ", StringComparison.Ordinal)}}}}}}}");
        for (var update = 1; update <= updates; update++)
            await SetAsync(maps, name, $"{update}");
        await maps.DeleteAsync(name);
    }

    private static Task<V1ConfigMap> SetAsync(Resource<V1ConfigMap> maps, string name, string value) => maps.PatchAsync(name, $$$"""{"data":{"value":"{{{value}}}"}}""");

    private static async Task<List<string>> SeenAsync(Resource<V1ConfigMap> maps, string query, int count)
    {
        var seen = new List<string>();
        using var limit = Limit();
        await foreach (var (type, map) in maps.WatchAsync(query, limit.Token))
        {
            seen.Add($"{map.Metadata.Name} {type} {map.Data?["value"]}");
            if (seen.Count == count)
                break;
        }
        return seen;
    }

    private static async Task<List<long>> VersionsAsync(Resource<V1ConfigMap> maps, string query, int count)
    {
        var seen = new List<long>();
        using var limit = Limit();
        await foreach (var (_, map) in maps.WatchAsync(query, limit.Token))
        {
            seen.Add(long.Parse(map.Metadata.ResourceVersion, System.Globalization.CultureInfo.InvariantCulture));
            if (seen.Count == count)
                break;
        }
        return seen;
    }

    private static CancellationTokenSource Limit() => new(TimeSpan.FromMinutes(1));
}
