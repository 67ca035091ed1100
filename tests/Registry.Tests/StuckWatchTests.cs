using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;

namespace ControlPlane.Registry.Tests;

/// <summary>Readers of watches that do not come back: they are told to end, they hold no memory, and nobody else notices.</summary>
public sealed class StuckWatchTests : RegistryTest
{
    private protected override RegistryOptions Options => new()
    {
        CompactionInterval = TimeSpan.Zero,
        Window = new WindowLimits { MinChanges = 128, MaxChanges = 256 },
    };

    [Test]
    public async Task A_reader_that_the_window_has_passed_is_told_so_and_the_others_read_on()
    {
        var told = 0;
        using var stuck = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        stuck.WhenStuck = () => Interlocked.Increment(ref told);
        using var other = await ConfigMaps.WatchAsync(new WatchRequest(), Cancel);
        var read = new List<WatchItem>();
        for (var i = 0; i < 1000; i++)
        {
            await CreateAsync(Map($"m{i}"));
            read.AddRange(await ReadAsync(other, 1));
        }

        Assert.That(read.Select(item => item.Object!.Key.Name), Is.EqualTo(Enumerable.Range(0, 1000).Select(i => $"m{i}")));
        Assert.That(told, Is.Zero, "not before it had time to see the end by itself");
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(told, Is.EqualTo(1));
        Assert.That(await stuck.WaitToReadAsync(Cancel), Is.False);
    }

    [Test]
    public async Task A_reader_that_is_busy_when_its_time_is_over_is_told_so()
    {
        var told = 0;
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest { Timeout = TimeSpan.FromMinutes(1) }, Cancel);
        watch.WhenStuck = () => told++;
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(told, Is.Zero);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(told, Is.EqualTo(1));
    }

    [Test]
    public async Task A_reader_that_notices_the_end_is_not_disturbed()
    {
        var told = 0;
        var watch = await ConfigMaps.WatchAsync(new WatchRequest { Timeout = TimeSpan.FromMinutes(1) }, Cancel);
        watch.WhenStuck = () => told++;
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await watch.WaitToReadAsync(Cancel), Is.False);
        watch.Dispose();
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(told, Is.Zero);
    }

    [Test]
    public async Task A_reader_that_waits_while_others_objects_change_is_not_stuck()
    {
        var told = 0;
        await CreateAsync(Map("mine"));
        using var watch = await ConfigMaps.WatchAsync(
            new WatchRequest { ResourceVersion = (await ConfigMaps.ListAsync(new ListRequest(), Cancel)).ResourceVersion, Selection = ObjectSelection.Parse(ConfigMapKind, "mine", "") }, Cancel);
        watch.WhenStuck = () => Interlocked.Increment(ref told);
        var waiting = Task.Run(() => ReadAsync(watch, 1));
        for (var i = 0; i < 1000; i++)
        {
            await CreateAsync(Map($"m{i}"));
            await ConfigMaps.FindAsync(Key($"m{i}"), Cancel);
        }

        Clock.Advance(TimeSpan.FromSeconds(10));
        await CreateAsync(Map("yours", labels: ("mine", "true")));
        Assert.That((await waiting).Single().Object!.Key.Name, Is.EqualTo("yours"));
        Assert.That(told, Is.Zero);
    }
}
