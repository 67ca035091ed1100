using ControlPlane.Storage.Etcd;
using ControlPlane.TestKit;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.Storage.Tests.Histories;

/// <summary>
/// Several stores on one etcd, as of several API servers; on each a few clients, one who watches from the beginning, and one who comes late and leaves again.
/// Meanwhile the history is compacted, of what the first kind of watcher does not need any more, and at times the second kind would.
/// </summary>
internal sealed class RegisterWorkload : IAsyncDisposable
{
    private const int Stores = 3;
    private const int ClientsOfEach = 2;
    private const int LateBy = 400; // revisions, at most

    private static readonly TimeSpan BetweenCompactions = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly History _history;
    private readonly Random _random;
    private readonly List<EtcdStore> _stores = [];
    private readonly List<RegisterClient> _clients = [];
    private readonly List<RegisterWatcher> _witnesses = [];
    private readonly Crew _crew = new();
    private long _compacted;
    private int _tooLate;

    private RegisterWorkload(History history, int seed) => (_history, _random) = (history, new Random(seed));

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged => _clients.Sum(client => client.Acknowledged);

    /// <summary>How many watches were refused, because what they would have begun with was compacted.</summary>
    public int TooLate => Volatile.Read(ref _tooLate);

    /// <summary>Starts everybody on an etcd that nobody has written yet.</summary>
    public static async Task<RegisterWorkload> StartAsync(EtcdStoreOptions options, History history, int seed)
    {
        var workload = new RegisterWorkload(history, seed);
        try
        {
            for (var number = 0; number < Stores; number++)
                await workload.AddStoreAsync(options, number);
            var random = new Random(workload._random.Next());
            workload._crew.Watch(stop => workload.CompactAsync(random, stop));
            return workload;
        }
        catch
        {
            await workload.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every client was acknowledged some more writes, and every witness has been told of them.</summary>
    public async Task ProgressAsync()
    {
        foreach (var (client, before) in _clients.Select(client => (client, client.Acknowledged)).ToArray())
            await _crew.UntilAsync(() => client.Acknowledged >= before + 3);
        var at = _history.Operations.OfType<ClientOperation.Write>().Max(write => write.Outcome is WriteOutcome.Done done ? done.Revision!.Value : 0);
        foreach (var witness in _witnesses)
            await _crew.UntilAsync(() => witness.Through >= at);
    }

    /// <summary>Ends the clients, lets the witnesses see what they did, and looks at what is there through every store.</summary>
    public async Task FinishAsync()
    {
        await _crew.EndWritingAsync();
        var last = await _stores[0].CurrentRevisionAsync(default);
        foreach (var witness in _witnesses)
            await _crew.UntilAsync(() => witness.Through >= last.Value);
        foreach (var client in _clients)
            await client.ListAsync();
        await _crew.EndWatchingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _crew.DisposeAsync();
        foreach (var store in _stores)
            await store.DisposeAsync();
    }

    private async Task AddStoreAsync(EtcdStoreOptions options, int number)
    {
        // Each begins with another member.
        var endpoints = options.Endpoints.Skip(number).Concat(options.Endpoints.Take(number));
        var store = await EtcdStore.ConnectAsync(options with { Endpoints = [.. endpoints] }, default);
        _stores.Add(store);
        for (var index = 0; index < ClientsOfEach; index++)
        {
            var client = new RegisterClient(store, $"{number}.{index}", _history, new Random(_random.Next()));
            _clients.Add(client);
            _crew.Write(client.RunAsync);
        }

        var witness = new RegisterWatcher(store, $"witness {number}", _history);
        _witnesses.Add(witness);
        _crew.Watch(stop => witness.FollowAsync(1, stop));
        var random = new Random(_random.Next());
        _crew.Watch(stop => ComeLateAsync(store, $"late {number}", random, stop));
    }

    private async Task ComeLateAsync(EtcdStore store, string name, Random random, CancellationToken stop)
    {
        var watcher = new RegisterWatcher(store, name, _history);
        while (!stop.IsCancellationRequested)
        {
            var after = Math.Max(1, _witnesses[0].Through - random.Next(LateBy));
            if (await watcher.LookAsync(after, random.Next(1, LateBy), stop) is { } compacted)
            {
                Assert.That(compacted, Is.GreaterThan(after).And.LessThanOrEqualTo(Volatile.Read(ref _compacted)), "refused without a reason");
                Interlocked.Increment(ref _tooLate);
            }

            await Task.Delay(BetweenLooks, CancellationToken.None); // a moment, and no failure at the end
        }
    }

    private async Task CompactAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var revision = Math.Max(1, _witnesses.Min(witness => witness.Through) - random.Next(LateBy));
            Volatile.Write(ref _compacted, Math.Max(_compacted, revision));
            try
            {
                await _stores[0].CompactAsync(new Revision(revision), default);
            }
            catch (StoreUnavailableException)
            {
                // The next one will do.
            }

            await Task.Delay(BetweenCompactions, CancellationToken.None);
        }
    }
}
