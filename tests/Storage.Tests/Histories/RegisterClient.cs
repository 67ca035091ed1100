using System.Text;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.Storage.Tests.Histories;

/// <summary>One client of a few keys that many clients read and write at once: it does this and that, and notes what it was told.</summary>
internal sealed class RegisterClient(IKeyValueStore store, string name, History history, Random random)
{
    public const string Prefix = "/registers/";
    private const int Registers = 8;

    private readonly Dictionary<string, KeyVersion?> _known = [];
    private int _writes;
    private int _acknowledged;

    /// <summary>How many of its writes were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Goes on until told to stop, and ends what it is at.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var key = $"{Prefix}{random.Next(Registers)}";
            try
            {
                await (random.Next(100) switch
                {
                    < 50 => WriteAsync(key),
                    < 70 => ReadAsync(key),
                    < 80 => ListAsync(),
                    < 90 => ListAtAsync(),
                    _ => PositionAsync(),
                });
            }
            catch (StoreUnavailableException)
            {
                // A read that was not answered tells nothing.
            }
        }
    }

    /// <summary>Reads all keys.</summary>
    public async Task<ClientOperation.List> ListAsync()
    {
        var invoked = History.Now;
        var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix(Prefix)), default);
        var list = new ClientOperation.List(Since(invoked), Prefix, [.. found.Items.Select(Version)], found.Revision.Value);
        history.Add(list);
        return list;
    }

    /// <summary>What a key and its value are called in a history.</summary>
    public static KeyVersion Version(KeyValue item) => new(item.Key, item.Modified.Value, Encoding.UTF8.GetString(item.Value.Span));

    private async Task WriteAsync(string key)
    {
        var known = _known.GetValueOrDefault(key);
        var expected = new Revision(known?.Revision ?? 0);
        var value = known is not null && random.Next(4) == 0 ? null : $"{name}-{++_writes}";
        var transaction = value is null
            ? StoreTransaction.Delete(key, expected)
            : StoreTransaction.Replace(key, expected, Encoding.UTF8.GetBytes(value));
        var invoked = History.Now;
        var outcome = await CommitAsync(transaction, key, value, invoked);
        history.Add(new ClientOperation.Write(Since(invoked), key, value, expected.Value, outcome));
    }

    private async Task<WriteOutcome> CommitAsync(StoreTransaction transaction, string key, string? value, long invoked)
    {
        try
        {
            switch (await store.CommitAsync(transaction, default))
            {
                case CommitResult.Committed committed:
                    _known[key] = value is null ? null : new KeyVersion(key, committed.Revision.Value, value);
                    Interlocked.Increment(ref _acknowledged);
                    return new WriteOutcome.Done(committed.Revision.Value);
                case CommitResult.Conflict conflict:
                    Know(key, conflict.Current[0], conflict.Revision, invoked);
                    return new WriteOutcome.Refused(conflict.Revision.Value);
                case var other:
                    throw new InvalidOperationException($"unknown outcome {other}");
            }
        }
        catch (StoreUnavailableException failed)
        {
            return failed.OutcomeUnknown ? new WriteOutcome.Unknown() : new WriteOutcome.Failed();
        }
    }

    private async Task ReadAsync(string key)
    {
        var invoked = History.Now;
        var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Single(key)), default);
        Know(key, found.Items.SingleOrDefault(), found.Revision, invoked);
    }

    // As the API server lists: the revision first, and then what was there at it.
    private async Task ListAtAsync()
    {
        var invoked = History.Now;
        var at = await store.CurrentRevisionAsync(default);
        // It may have been compacted meanwhile.
        if (await store.RangeAsync(new RangeQuery(KeyInterval.Prefix(Prefix), At: at), default) is RangeResult.Found found)
            history.Add(new ClientOperation.List(Since(invoked), Prefix, [.. found.Items.Select(Version)], at.Value));
    }

    private async Task PositionAsync()
    {
        var invoked = History.Now;
        var at = await store.CurrentRevisionAsync(default);
        history.Add(new ClientOperation.Position(Since(invoked), at.Value));
    }

    private void Know(string key, KeyValue? item, Revision at, long invoked)
    {
        var found = item is null ? null : Version(item);
        _known[key] = found;
        history.Add(new ClientOperation.Read(Since(invoked), key, found, at.Value));
    }

    private static CallTime Since(long invoked) => new(invoked, History.Now);
}
