using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.TestKit;

namespace ControlPlane.Registry.Tests;

/// <summary>The changes that are kept in memory: bounded by number, by bytes and by age, of one resource and of all.</summary>
public sealed class HistoryLimitTests : RegistryTest
{
    private const int ValueBytes = 50_000;
    private const long BytesOfOne = 10 * 1024 * 1024;
    private const long BytesOfAll = 15 * 1024 * 1024;

    // A segment is dropped as a whole, when the next begins.
    private const long SegmentBytes = 128 * (ValueBytes + 2000L);

    private protected override RegistryOptions Options => new()
    {
        CompactionInterval = TimeSpan.Zero,
        Window = new WindowLimits { MinChanges = 128, MaxBytes = BytesOfOne, MaxBytesInAll = BytesOfAll },
    };

    [Test]
    public async Task The_history_of_one_resource_holds_no_more_than_its_bytes()
    {
        await ChangeManyTimesAsync(600);
        Assert.That(Catalog.HistoryBytes, Is.InRange(SegmentBytes / 2, BytesOfOne + (2 * SegmentBytes)));
    }

    [Test]
    public async Task The_histories_of_all_resources_hold_no_more_than_their_bytes()
    {
        await ChangeManyTimesAsync(400);
        var secondKind = Catalog.HistoryBytes;
        var note = new string('x', ValueBytes);
        await Pods.CreateAsync(PodWith(""), Creating, Cancel);
        for (var i = 0; i < 600; i++)
            await ChangeAsync<Types.Core.Pod>(Pods, Key("p"), _ => PodWith($"{i}{note}"));
        await Pods.FindAsync(Key("p"), Cancel);
        Assert.That(secondKind, Is.GreaterThan(SegmentBytes));
        Assert.That(Catalog.HistoryBytes, Is.LessThan(BytesOfAll + (2 * SegmentBytes)));
    }

    [Test]
    public async Task What_is_old_goes_though_nothing_changes_any_more()
    {
        var first = await ChangeManyTimesAsync(0);
        for (var i = 0; i < 1000; i++)
            await SetAsync("m", $"{i}");
        await ConfigMaps.FindAsync(Key("m"), Cancel);
        var before = Catalog.HistoryBytes;
        using (var watch = await ConfigMaps.WatchAsync(new WatchRequest { ResourceVersion = first }, Cancel))
            Assert.That((await ReadAsync(watch, 1000)).Count, Is.EqualTo(1000));
        // Older than the window, and then the store tells its progress once more.
        Clock.Advance(TimeSpan.FromSeconds(76));
        await Eventually.TrueAsync(() =>
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            return Catalog.HistoryBytes < before / 3;
        });
        using var late = await ConfigMaps.WatchAsync(new WatchRequest { ResourceVersion = first }, Cancel);
        await RefusedAsync(async () => await late.WaitToReadAsync(Cancel), 410);
    }

    private async Task<string> ChangeManyTimesAsync(int times)
    {
        var created = await CreateAsync(Map("m"));
        var value = new string('x', ValueBytes);
        for (var i = 0; i < times; i++)
            await SetAsync("m", $"{i}{value}");
        await ConfigMaps.FindAsync(Key("m"), Cancel);
        return created.ResourceVersion;
    }

    private static Types.Core.Pod PodWith(string note) => new()
    {
        Metadata = new Machinery.Meta.ObjectMeta { Name = "p", Namespace = "default", Annotations = Machinery.Values.ValueMap.Of("note", note) },
    };
}
