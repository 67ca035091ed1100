using ControlPlane.Storage;
using ControlPlane.Storage.Etcd;
using ControlPlane.TestKit;

namespace ControlPlane.Registry.Tests;

/// <summary>How long the store remembers: what the API server's compaction leaves, on any engine.</summary>
public abstract class CompactionTests : RegistryTest
{
    private protected override RegistryOptions Options => new() { CompactionInterval = Interval };

    private protected virtual TimeSpan Interval => new RegistryOptions().CompactionInterval;

    [Test]
    public async Task Five_minutes_of_history_are_kept_and_what_is_older_is_forgotten()
    {
        Assert.That(Interval, Is.EqualTo(TimeSpan.FromMinutes(5)));
        var old = (await CreateAsync(Map("a"))).Revision;
        await SetAsync("a", "2");
        var started = Clock.GetUtcNow();
        await AdvanceUntilAsync(() => IsForgottenAsync(old));
        Assert.That(Clock.GetUtcNow() - started, Is.GreaterThanOrEqualTo(TimeSpan.FromMinutes(5)));

        // Whenever something is forgotten, what was the newest less than an interval before is not.
        var recent = (await SetAsync("a", "3")).Revision;
        await SetAsync("a", "4");
        var written = Clock.GetUtcNow();
        await AdvanceUntilAsync(async () =>
        {
            var forgotten = await IsForgottenAsync(recent);
            Assert.That(forgotten && Clock.GetUtcNow() - written < TimeSpan.FromMinutes(5), Is.False, "forgotten too soon");
            return forgotten;
        });
        Assert.That(await ValueAtPresentAsync(), Is.EqualTo("4"));
    }

    private async Task<bool> IsForgottenAsync(Revision revision) =>
        await Store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/registry/configmaps/"), At: revision), Cancel) is RangeResult.Compacted;

    private async Task<string> ValueAtPresentAsync() => ((Types.Core.ConfigMap)(await ConfigMaps.GetAsync(Key("a"), "", Cancel)).Record).Data["k"];

    private Task AdvanceUntilAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(async () =>
    {
        if (await condition())
            return true;
        Clock.Advance(TimeSpan.FromSeconds(30));
        return await condition();
    });
}

/// <inheritdoc/>
public sealed class EmbeddedCompactionTests : CompactionTests;

/// <inheritdoc/>
public sealed class EtcdCompactionTests : CompactionTests
{
    private EtcdProcess? _etcd;

    [OneTimeSetUp]
    public static void NeedsEtcd()
    {
        if (!EtcdProcess.IsInstalled)
            Assert.Ignore("etcd is not installed");
    }

    [TearDown]
    public async Task EndEtcdAsync() => await (_etcd?.DisposeAsync() ?? ValueTask.CompletedTask);

    private protected override async Task<IKeyValueStore> OpenStoreAsync(string path)
    {
        _etcd = await EtcdProcess.StartAsync();
        return await EtcdStore.ConnectAsync(new EtcdStoreOptions { Endpoints = [_etcd.Endpoint] }, Cancel);
    }
}

/// <summary>An interval of zero turns compaction off.</summary>
public sealed class NoCompactionTests : RegistryTest
{
    [Test]
    public async Task An_interval_of_zero_never_forgets()
    {
        var old = (await CreateAsync(Map("a"))).Revision;
        await SetAsync("a", "2");
        for (var i = 0; i < 10; i++)
        {
            Clock.Advance(TimeSpan.FromMinutes(5));
            await SetAsync("a", $"later {i}");
        }

        Assert.That(
            await Store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/registry/configmaps/"), At: old), Cancel), Is.InstanceOf<RangeResult.Found>());
    }
}
