using System.Diagnostics;
using System.Globalization;
using ControlPlane.Storage;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;

namespace ControlPlane.Benchmarks.Storage;

/// <summary>
/// A week of changes to the same objects in the embedded store, with readers and watchers: do its files stay small? Fails when the database file reaches
/// three times the live data. Usage: <c>churn [updates] [seconds at most] [objects] [bytes a value]</c>; 10 million, 720, 5000 and 3600 if not said.
/// </summary>
internal static class ChurnLoad
{
    private const int Writers = 64;
    private const int Readers = 2;
    private const int Watchers = 3;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var numbers = arguments.Select(argument => int.Parse(argument, CultureInfo.InvariantCulture)).ToArray();
        int Number(int index, int otherwise) => numbers.ElementAtOrDefault(index) is > 0 and var said ? said : otherwise;
        using var directory = new TemporaryDirectory();
        var path = directory["store.db"];
        await using var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = path }, CancellationToken.None);
        var run = new Run(store, path, Number(0, 10_000_000), Number(1, 720), Number(2, 5000), Number(3, 3600));
        return await run.RunAsync() ? 0 : 1;
    }

    private sealed class Run(EmbeddedStore store, string path, int updates, int secondsMax, int objects, int bytes)
    {
        private readonly Stopwatch _clock = new();
        private readonly long[] _watched = new long[Watchers];
        private long _largestFile;
        private long _largestLog;
        private long _read;
        private int _begun;
        private int _done;

        public async Task<bool> RunAsync()
        {
            var value = new byte[bytes];
            new Random(1).NextBytes(value);
            await Parallel.ForAsync(0, objects, async (number, cancel) => await PutAsync(number, value, cancel));
            using var ending = new CancellationTokenSource();
            Task[] others =
            [
                .. Enumerable.Range(0, Watchers).Select(watcher => WatchAsync(watcher, ending.Token)),
                .. Enumerable.Range(0, Readers).Select(_ => ReadAsync(ending.Token)),
            ];
            _clock.Start();
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteAsync(value))));
            var elapsed = _clock.Elapsed;
            await Eventually.TrueAsync(() => _watched.All(seen => seen == _done));
            await ending.CancelAsync();
            await Task.WhenAll(others);
            Measure();
            Tell();
            var live = (long)objects * bytes;
            Console.WriteLine($"{_done:N0} updates at {_done / elapsed.TotalSeconds:N0}/s; file at most {(double)_largestFile / live:F2} times the live {live >> 20} MiB; log at most {_largestLog >> 20} MiB");
            Console.WriteLine($"{Watchers} watchers saw all; {_read:N0} keys were listed meanwhile");
            return _largestFile < 3 * live;
        }

        private async Task WriteAsync(byte[] value)
        {
            for (int number; _clock.Elapsed.TotalSeconds < secondsMax && (number = Interlocked.Increment(ref _begun)) <= updates;)
            {
                await PutAsync(number % objects, value, CancellationToken.None);
                Interlocked.Increment(ref _done);
                if (number % 10_000 == 0)
                    Measure();
                if (number % 500_000 == 0)
                    Tell();
            }
        }

        private async Task PutAsync(int number, byte[] value, CancellationToken cancel)
        {
            var transaction = new StoreTransaction([], [new StoreWrite.Put($"/registry/pods/default/pod-{number:D6}", value)]);
            if (await store.CommitAsync(transaction, cancel) is not CommitResult.Committed)
                throw new InvalidOperationException("a put was refused");
        }

        private async Task WatchAsync(int watcher, CancellationToken cancel)
        {
            try
            {
                var now = await store.CurrentRevisionAsync(cancel);
                await foreach (var message in store.WatchAsync(new StoreWatchQuery("/registry/", now), cancel))
                {
                    if (message is StoreWatchMessage.Changed changed)
                        _watched[watcher] += changed.Changes.Count;
                }
            }
            catch (OperationCanceledException)
            {
                // The measurement is over.
            }
        }

        private async Task ReadAsync(CancellationToken cancel)
        {
            using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while (!cancel.IsCancellationRequested)
            {
                await pause.WaitForNextTickAsync(CancellationToken.None);
                var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix("/registry/")), CancellationToken.None);
                Interlocked.Add(ref _read, found.Items.Count);
            }
        }

        private void Measure()
        {
            lock (_clock)
            {
                _largestFile = Math.Max(_largestFile, new FileInfo(path).Length);
                _largestLog = Math.Max(_largestLog, new FileInfo(path + "-wal").Length);
            }
        }

        private void Tell() => Console.WriteLine(
            $"{_done,10:N0} after {_clock.Elapsed.TotalSeconds,4:F0} s: file {new FileInfo(path).Length >> 20} MiB, log {new FileInfo(path + "-wal").Length >> 20} MiB, process {Environment.WorkingSet >> 20} MiB");
    }
}
