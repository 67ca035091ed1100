using System.Diagnostics;
using System.Globalization;
using ControlPlane.Storage;
using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Etcd;
using ControlPlane.TestKit;

namespace ControlPlane.Benchmarks.Storage;

/// <summary>
/// Durable puts per second with a watch on everything: creates, then updates by compare-and-swap. Usage:
/// <c>storage embedded|etcd [writers] [seconds] [bytes a value]</c>; 32, 5 and 3600 if not said.
/// </summary>
internal static class StorageLoad
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ["embedded" or "etcd", ..])
        {
            Console.Error.WriteLine("usage: storage embedded|etcd [writers] [seconds] [bytes a value]");
            return 2;
        }

        var numbers = arguments.Skip(1).Select(argument => int.Parse(argument, CultureInfo.InvariantCulture)).ToArray();
        var writers = numbers.ElementAtOrDefault(0) is > 0 and var w ? w : 32;
        var seconds = numbers.ElementAtOrDefault(1) is > 0 and var s ? s : 5;
        var value = new byte[numbers.ElementAtOrDefault(2) is > 0 and var v ? v : 3600];
        new Random(1).NextBytes(value);

        using var directory = new TemporaryDirectory();
        await using var etcd = arguments[0] == "etcd" ? await EtcdProcess.StartAsync() : null;
        await using var store = await OpenAsync(etcd, directory);
        using var ending = new CancellationTokenSource();
        var watching = CountAsync(store, ending.Token);

        var created = await MeasureAsync("create", writers, seconds, (writer, number) =>
            store.CommitAsync(StoreTransaction.Create(Key(writer, number), value), CancellationToken.None));

        var revisions = new Revision[writers];
        await MeasureAsync("update", writers, seconds, async (writer, number) =>
        {
            var key = Key(writer, 0);
            if (number == 0)
                revisions[writer] = ((RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Single(key)), CancellationToken.None)).Items[0].Modified;
            var result = await store.CommitAsync(StoreTransaction.Replace(key, revisions[writer], value), CancellationToken.None);
            revisions[writer] = ((CommitResult.Committed)result).Revision;
            return result;
        });

        var clock = Stopwatch.StartNew();
        var all = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/registry/")), CancellationToken.None);
        Console.WriteLine($"list    {all.Items.Count,9:N0} keys in {clock.ElapsedMilliseconds:N0} ms");
        clock.Restart();
        var counted = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/registry/"), CountOnly: true), CancellationToken.None);
        Console.WriteLine($"count   {counted.Count,9:N0} keys in {clock.ElapsedMilliseconds:N0} ms");
        clock.Restart();
        var current = await store.CurrentRevisionAsync(CancellationToken.None);
        await store.CompactAsync(current, CancellationToken.None);
        Console.WriteLine($"compact to {current} in {clock.ElapsedMilliseconds:N0} ms; files have {await store.SizeInBytesAsync(CancellationToken.None) >> 20} MiB");

        await Eventually.TrueAsync(() => _watched == current.Value - 1);
        await ending.CancelAsync();
        await watching;
        Console.WriteLine($"watched {_watched:N0} changes; heap {GC.GetTotalMemory(true) >> 20} MiB, process {Environment.WorkingSet >> 20} MiB");
        return created > 0 ? 0 : 1;
    }

    private static long _watched;

    private static async Task<IKeyValueStore> OpenAsync(EtcdProcess? etcd, TemporaryDirectory directory) => etcd is null
        ? await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = directory["store.db"] }, CancellationToken.None)
        : await EtcdStore.ConnectAsync(new EtcdStoreOptions { Endpoints = [etcd.Endpoint] }, CancellationToken.None);

    private static string Key(int writer, int number) => $"/registry/pods/namespace-{writer}/pod-{number:D8}";

    private static async Task<long> MeasureAsync(string name, int writers, int seconds, Func<int, int, ValueTask<CommitResult>> writeAsync)
    {
        var times = new List<long>[writers];
        var clock = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            times[writer] = [];
            for (var number = 0; clock.Elapsed.TotalSeconds < seconds; number++)
            {
                var start = Stopwatch.GetTimestamp();
                if (await writeAsync(writer, number) is not CommitResult.Committed)
                    throw new InvalidOperationException("a put was refused");
                times[writer].Add(Stopwatch.GetTimestamp() - start);
            }
        })));

        var elapsed = clock.Elapsed.TotalSeconds;
        var cores = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / elapsed;
        var sorted = times.SelectMany(list => list).Order().ToArray();
        double At(double part) => sorted[(int)((sorted.Length - 1) * part)] * 1000.0 / Stopwatch.Frequency;
        Console.WriteLine($"{name,-7} {sorted.Length / elapsed,9:N0}/s, p50 {At(0.5):F1} ms, p99 {At(0.99):F1} ms, max {At(1):F1} ms, {cores:F2} cores");
        return sorted.Length;
    }

    private static async Task CountAsync(IKeyValueStore store, CancellationToken cancel)
    {
        try
        {
            await foreach (var message in store.WatchAsync(new StoreWatchQuery("/registry/", new Revision(1)), cancel))
            {
                if (message is StoreWatchMessage.Changed changed)
                    _watched += changed.Changes.Count;
            }
        }
        catch (OperationCanceledException)
        {
            // The measurement is over.
        }
    }
}
