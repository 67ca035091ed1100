using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;

namespace ControlPlane.Registry.Tests;

public sealed class ListTests : RegistryTest
{
    private protected override RegistryOptions Options => new()
    {
        CompactionInterval = TimeSpan.Zero,
        Window = new WindowLimits { MinChanges = 128, MaxChanges = 256 },
    };

    [Test]
    public async Task Pages_are_of_one_moment_whatever_is_written_meanwhile()
    {
        for (var i = 0; i < 10; i++)
            await CreateAsync(Map($"m{i}"));
        var (names, next, remaining, moment) = (new List<string>(), "", new List<long?>(), "");
        do
        {
            var page = await ConfigMaps.ListAsync(new ListRequest { Namespace = "default", Limit = 3, Continue = next }, Cancel);
            names.AddRange(page.Items.Select(one => one.Key.Name));
            remaining.Add(page.RemainingItemCount);
            Assert.That(page.ResourceVersion, Is.EqualTo(moment.Length == 0 ? page.ResourceVersion : moment));
            (next, moment) = (page.Continue, page.ResourceVersion);
            await CreateAsync(Map($"m{names.Count}-later"));
            if (names.Count == 3)
                await DeleteAsync(ConfigMaps, Key("m9"));
        }
        while (next.Length > 0);
        Assert.That(names, Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"m{i}")));
        Assert.That(remaining, Is.EqualTo(new long?[] { 7, 4, 1, null }));
    }

    [Test]
    public async Task A_list_is_enumerated_from_its_snapshot_while_others_write()
    {
        for (var i = 0; i < 200; i++)
            await CreateAsync(Map($"m{i:000}"));
        var page = await ConfigMaps.ListAsync(new ListRequest(), Cancel);
        var seen = 0;
        foreach (var one in page.Items)
        {
            if (seen++ % 20 == 0)
                await DeleteAsync(ConfigMaps, Key($"m{199 - (seen / 20):000}"));
        }

        Assert.That(seen, Is.EqualTo(200));
    }

    [Test]
    public async Task What_is_no_longer_in_memory_is_read_from_the_store_until_that_has_forgotten_it()
    {
        for (var i = 0; i < 6; i++)
            await CreateAsync(Map($"m{i}"));
        var old = await ConfigMaps.ListAsync(new ListRequest { Namespace = "default", Limit = 2 }, Cancel);
        for (var i = 0; i < 600; i++)
            await SetAsync("m5", $"v{i}");
        var exact = await ConfigMaps.ListAsync(
            new ListRequest { Namespace = "default", ResourceVersion = old.ResourceVersion, ResourceVersionMatch = "Exact", Limit = 4 }, Cancel);
        var rest = await ConfigMaps.ListAsync(new ListRequest { Namespace = "default", Limit = 4, Continue = old.Continue }, Cancel);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exact.Items.Select(one => one.Key.Name), Is.EqualTo(new[] { "m0", "m1", "m2", "m3" }));
            Assert.That(exact.RemainingItemCount, Is.EqualTo(2));
            Assert.That(rest.Items.Select(one => one.Key.Name), Is.EqualTo(new[] { "m2", "m3", "m4", "m5" }));
            Assert.That(rest.Continue, Is.Empty);
            Assert.That(rest.ResourceVersion, Is.EqualTo(old.ResourceVersion));
        }

        await Store.CompactAsync(await Store.CurrentRevisionAsync(Cancel), Cancel);
        var tooOld = await RefusedAsync(
            async () => await ConfigMaps.ListAsync(new ListRequest { ResourceVersion = old.ResourceVersion, ResourceVersionMatch = "Exact" }, Cancel), 410);
        Assert.That((tooOld.Reason, tooOld.Message), Is.EqualTo(("Expired", "The resourceVersion for the provided list is too old.")));
        var expired = await RefusedAsync(async () => await ConfigMaps.ListAsync(new ListRequest { Namespace = "default", Limit = 2, Continue = old.Continue }, Cancel), 410);
        var inconsistent = await ConfigMaps.ListAsync(new ListRequest { Namespace = "default", Continue = expired.Status.Metadata.Continue }, Cancel);
        Assert.That(inconsistent.Items.Select(one => one.Key.Name), Is.EqualTo(new[] { "m2", "m3", "m4", "m5" }));
    }

    [Test]
    public async Task A_version_that_has_not_happened_is_waited_for_and_then_refused()
    {
        await CreateAsync(Map("a"));
        var list = ConfigMaps.ListAsync(new ListRequest { ResourceVersion = "1000" }, Cancel).AsTask();
        await Task.Yield();
        while (!list.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        var refusal = await RefusedAsync(() => list, 504);
        Assert.That(refusal.Status.Details!.Causes.Single().Reason, Is.EqualTo("ResourceVersionTooLarge"));
    }

    [Test]
    public async Task A_read_without_a_version_sees_what_was_written_before()
    {
        for (var i = 0; i < 200; i++)
        {
            await CreateAsync(Map($"m{i}"));
            await ConfigMaps.GetAsync(Key($"m{i}"), "", Cancel);
            Assert.That((await ConfigMaps.ListAsync(new ListRequest(), Cancel)).Items.Count(), Is.EqualTo(i + 1));
        }
    }

    [Test]
    public async Task A_name_or_field_selects()
    {
        await CreateAsync(Map("a"));
        await CreateAsync(Map("b"));
        var named = await ConfigMaps.ListAsync(new ListRequest { Selection = ObjectSelection.Parse(ConfigMapKind, "", "metadata.name!=a") }, Cancel);
        Assert.That(named.Items.Single().Key.Name, Is.EqualTo("b"));
        var refusal = await RefusedAsync(() => Task.FromResult(ObjectSelection.Parse(ConfigMapKind, "", "spec.x=1")), 400);
        Assert.That(refusal.Message, Is.EqualTo("\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""));
    }

    [Test]
    public async Task After_a_restart_objects_and_versions_go_on()
    {
        var created = await CreateAsync(Map("a"));
        await RestartAsync();
        var read = await ConfigMaps.GetAsync(Key("a"), "", Cancel);
        Assert.That(read.Json.ToArray(), Is.EqualTo(created.Json.ToArray()));
        Assert.That((await SetAsync("a", "2")).Revision, Is.GreaterThan(created.Revision));
    }
}
