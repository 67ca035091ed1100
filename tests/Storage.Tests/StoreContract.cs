namespace ControlPlane.Storage.Tests;

/// <summary>
/// What every engine keeps: the proof of the doc of <see cref="IKeyValueStore"/>. Engines may share one store between the tests of a fixture; so each test
/// has a prefix of its own, and counts revisions from where it began. The facts stand in the partial files, one subject each.
/// </summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[CancelAfter(30_000)]
public abstract partial class StoreContract
{
    private static int _lastPrefix;

    private IKeyValueStore? _store;

    /// <summary>The store under test.</summary>
    protected IKeyValueStore Store => _store!;

    /// <summary>Where this test's keys are, with a slash at the end.</summary>
    protected string Prefix { get; } = $"/test-{Interlocked.Increment(ref _lastPrefix)}/";

    /// <summary>Ends the test when it hangs.</summary>
    protected static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public async Task OpenStoreAsync() => _store = await OpenAsync();

    [TearDown]
    public async Task CloseStoreAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
    }

    /// <summary>Opens the engine.</summary>
    protected abstract Task<IKeyValueStore> OpenAsync();

    /// <summary>Makes time pass for leases; engines with a clock of their own need not.</summary>
    protected virtual void Pass(TimeSpan time)
    {
    }

    protected string Key(string name) => Prefix + name;

    protected async Task<Revision> PutAsync(string name, string value, LeaseId lease = default) =>
        await CommittedAsync(new StoreTransaction([], [new StoreWrite.Put(Key(name), Bytes(value), lease)]));

    protected async Task<Revision> DeleteAsync(string name) =>
        await CommittedAsync(new StoreTransaction([], [new StoreWrite.Delete(Key(name))]));

    protected async Task<Revision> CommittedAsync(StoreTransaction transaction)
    {
        var result = await Store.CommitAsync(transaction, Cancel);
        Assert.That(result, Is.InstanceOf<CommitResult.Committed>());
        return ((CommitResult.Committed)result).Revision;
    }

    protected async Task<CommitResult.Conflict> ConflictAsync(StoreTransaction transaction)
    {
        var result = await Store.CommitAsync(transaction, Cancel);
        Assert.That(result, Is.InstanceOf<CommitResult.Conflict>());
        return (CommitResult.Conflict)result;
    }

    protected async Task<RangeResult.Found> FindAsync(RangeQuery query)
    {
        var result = await Store.RangeAsync(query, Cancel);
        Assert.That(result, Is.InstanceOf<RangeResult.Found>());
        return (RangeResult.Found)result;
    }

    protected async Task<KeyValue?> GetAsync(string name, Revision at = default) =>
        (await FindAsync(new RangeQuery(KeyInterval.Single(Key(name)), At: at))).Items.SingleOrDefault();

    protected Task<RangeResult.Found> ListAsync(Revision at = default, int limit = 0) =>
        FindAsync(new RangeQuery(KeyInterval.Prefix(Prefix), limit, at));

    protected async Task<Revision> CurrentAsync() => await Store.CurrentRevisionAsync(Cancel);

    /// <summary>Reads a watch's changes until there are as many as asked for.</summary>
    protected async Task<List<StoreWatchMessage.Changed>> WatchAsync(Revision after, int changes, string? prefix = null)
    {
        var messages = new List<StoreWatchMessage.Changed>();
        await foreach (var message in Store.WatchAsync(new StoreWatchQuery(prefix ?? Prefix, after), Cancel))
        {
            if (message is not StoreWatchMessage.Changed changed)
                continue;
            messages.Add(changed);
            if ((changes -= changed.Changes.Count) <= 0)
                break;
        }

        return messages;
    }

    protected static byte[] Bytes(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    protected static string Text(KeyValue? item) => System.Text.Encoding.UTF8.GetString(item!.Value.Span);

    protected string[] Names(RangeResult.Found found) => [.. found.Items.Select(item => item.Key[Prefix.Length..])];
}
