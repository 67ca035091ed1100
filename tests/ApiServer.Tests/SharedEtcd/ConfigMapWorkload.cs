using ControlPlane.TestKit;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.ApiServer.Tests.SharedEtcd;

/// <summary>
/// Clients and watchers of all servers; and two watchers of the servers that are never stopped, who thus never lose their way and witness every change.
/// </summary>
internal sealed class ConfigMapWorkload : IAsyncDisposable
{
    private const int Clients = 6;
    private const int Watchers = 2;
    private const int Witnesses = 2;

    private readonly History _history;
    private readonly List<ConfigMapClient> _clients;
    private readonly List<ConfigMapWatcher> _watchers;
    private readonly List<ConfigMapWatcher> _witnesses;
    private readonly Crew _crew = new();

    /// <summary>Starts everybody.</summary>
    /// <param name="servers">Whom they ask.</param>
    /// <param name="count">How many servers there are.</param>
    /// <param name="lasting">How many of them, the first, are never stopped.</param>
    /// <param name="history">Where they note what they are told.</param>
    /// <param name="random">What decides who does what.</param>
    public ConfigMapWorkload(ServerChoice servers, int count, int lasting, History history, Random random)
    {
        _history = history;
        _clients = [.. Enumerable.Range(0, Clients).Select(number => new ConfigMapClient(servers, count, $"{number}", history, new Random(random.Next())))];
        _watchers = [.. Enumerable.Range(0, Watchers).Select(number => new ConfigMapWatcher(servers, count, $"watcher {number}", history, new Random(random.Next())))];
        _witnesses = [.. Enumerable.Range(0, Witnesses).Select(number => new ConfigMapWatcher(servers, lasting, $"witness {number}", history, new Random(random.Next())))];
        foreach (var watcher in _watchers.Concat(_witnesses))
            _crew.Watch(watcher.FollowAsync);
        foreach (var client in _clients)
        {
            _crew.Write(async stop =>
            {
                // The witnesses must be there from the first write on.
                await Eventually.TrueAsync(() => _witnesses.TrueForAll(witness => witness.Lists > 0));
                await client.RunAsync(stop);
            });
        }
    }

    /// <summary>How many writes were acknowledged.</summary>
    public int Acknowledged => _clients.Sum(client => client.Acknowledged);

    /// <summary>How many reads of one object a server could not answer.</summary>
    public int Unanswered => _clients.Sum(client => client.Unanswered);

    /// <summary>How often a watcher had to list again.</summary>
    public int Relists => _watchers.Sum(watcher => watcher.Lists - 1);

    /// <summary>How often a witness had to: never, if all is well.</summary>
    public int WitnessRelists => _witnesses.Sum(witness => witness.Lists - 1);

    /// <summary>Waits until every client was acknowledged some more writes, and every watcher has been told of them.</summary>
    public async Task ProgressAsync()
    {
        foreach (var (client, before) in _clients.Select(client => (client, client.Acknowledged)).ToArray())
            await _crew.UntilAsync(() => client.Acknowledged >= before + 3);
        await AllAreToldAsync();
    }

    /// <summary>Ends the clients, lets the watchers see what they did, and reads all once more.</summary>
    public async Task FinishAsync()
    {
        await _crew.EndWritingAsync();
        await AllAreToldAsync();
        foreach (var client in _clients)
            await Eventually.TrueAsync(client.ListAsync);
        await _crew.EndWatchingAsync();
    }

    public ValueTask DisposeAsync() => _crew.DisposeAsync();

    private async Task AllAreToldAsync()
    {
        var at = _history.Operations.OfType<ClientOperation.Write>().Max(write => write.Outcome is WriteOutcome.Done { Revision: { } revision } ? revision : 0);
        foreach (var watcher in _watchers.Concat(_witnesses))
            await _crew.UntilAsync(() => watcher.Through >= at);
    }
}
