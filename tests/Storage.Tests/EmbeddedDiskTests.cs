using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Embedded.Maintenance;
using ControlPlane.Storage.Tests.Faults;

namespace ControlPlane.Storage.Tests;

/// <summary>The embedded engine on real file systems that run full or can't be written.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(60_000)]
public sealed class EmbeddedDiskTests : IDisposable
{
    private readonly SmallDisk _disk = new(megabytes: 8);

    private EmbeddedStoreOptions Options => new() { Path = Path.Combine(_disk.Path, "data", "store.db"), MinFreeDiskBytes = 0, CheckpointBytes = 1 << 20 };

    public void Dispose() => _disk.Dispose();

    [Test]
    public async Task On_a_full_disk_writes_are_refused_until_there_is_room_and_what_was_acknowledged_stays()
    {
        var others = Path.Combine(_disk.Path, "others");
        await File.WriteAllBytesAsync(others, new byte[2 << 20]);
        var acknowledged = new List<string>();
        var store = await OpenAsync();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var refusal = await WriteUntilRefusedAsync(store, acknowledged);
            Assert.That(refusal.Message, Does.Contain(Options.Path).And.Contain("no space is left on the disk"));
            Assert.That(refusal.OutcomeUnknown, Is.False);
            Assert.That(await KeysAsync(store), Is.EqualTo(acknowledged), "reading goes on");
        }

        File.Delete(others);
        await PutAsync(store, "/z");
        Assert.That(await KeysAsync(store), Is.EqualTo(acknowledged.Append("/z")));
        await store.DisposeAsync();
        await using var again = await OpenAsync();
        Assert.That(await KeysAsync(again), Is.EqualTo(acknowledged.Append("/z")));
        Assert.That(DatabaseCheck.Run(Options.Path, _ => null).Problems, Is.Empty);
    }

    [Test]
    public async Task Puts_end_while_deletes_still_have_room_and_go_on_when_deletes_have_made_some()
    {
        await using var store = await EmbeddedStore.OpenAsync(Options with { MinFreeDiskBytes = 3 << 20, CheckpointBytes = 256 << 10 }, default);
        var acknowledged = new List<string>();
        var refusal = await WriteUntilRefusedAsync(store, acknowledged);
        Assert.That(refusal.Message, Does.Contain("bytes are free"));
        Assert.That(new DriveInfo(_disk.Path).AvailableFreeSpace, Is.GreaterThan(1 << 20));
        foreach (var key in acknowledged)
            await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Delete(key)]), default);
        Assert.That(await KeysAsync(store), Is.Empty);
        await store.CompactAsync(await store.CurrentRevisionAsync(default), default);
        await PutAsync(store, "/z");
    }

    [Test]
    public async Task On_a_full_disk_no_store_begins_and_one_does_once_there_is_room()
    {
        var filler = _disk.Fill();
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains(Options.Path).And.Message.Contains("pace"));
        File.Delete(filler);
        await using var store = await EmbeddedStore.OpenAsync(Options, default);
        Assert.That(await PutAsync(store, "/a"), Is.EqualTo(new Revision(2)));
    }

    [Test]
    public async Task A_read_only_disk_is_named_and_not_taken_for_another_process()
    {
        await using (var store = await EmbeddedStore.OpenAsync(Options, default))
            await PutAsync(store, "/a");
        _disk.MakeReadOnly();
        Assert.That(OpenAsync, Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains(Options.Path).And.Message.Contains("ead-only"));
        _disk.MakeWritable();
        await using var again = await EmbeddedStore.OpenAsync(Options, default);
        Assert.That(await KeysAsync(again), Is.EqualTo(new[] { "/a" }));
    }

    [Test]
    public async Task A_backup_that_finds_no_room_leaves_nothing_and_says_so()
    {
        var acknowledged = new List<string>();
        await using var store = await EmbeddedStore.OpenAsync(Options, default);
        await WriteUntilRefusedAsync(store, acknowledged);
        var backup = Path.Combine(_disk.Path, "backup");
        Assert.That(() => DatabaseBackup.Write(Options.Path, backup, overwrite: false),
            Throws.InstanceOf<StoreUnavailableException>().With.Message.Contains(backup).And.Message.Contains("no space is left"));
        Assert.That(Directory.GetFileSystemEntries(_disk.Path), Is.EqualTo(new[] { Path.Combine(_disk.Path, "data") }));
    }

    private Task<EmbeddedStore> OpenAsync() => EmbeddedStore.OpenAsync(Options, default);

    private static async Task<StoreUnavailableException> WriteUntilRefusedAsync(EmbeddedStore store, List<string> acknowledged)
    {
        for (var number = acknowledged.Count; ; number++)
        {
            try
            {
                var key = $"/{number:D6}";
                await PutAsync(store, key);
                acknowledged.Add(key);
            }
            catch (StoreUnavailableException refusal)
            {
                return refusal;
            }
        }
    }

    private static async Task<Revision> PutAsync(EmbeddedStore store, string key) =>
        ((CommitResult.Committed)await store.CommitAsync(new StoreTransaction([], [new StoreWrite.Put(key, new byte[3600])]), default)).Revision;

    private static async Task<string[]> KeysAsync(EmbeddedStore store) =>
        [.. ((RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/")), default)).Items.Select(item => item.Key)];
}
