using System.Collections.Concurrent;
using System.Diagnostics;

namespace ControlPlane.TestKit.Histories;

/// <summary>Everything that all clients did and saw. May be added to from any thread.</summary>
public sealed class History
{
    private readonly ConcurrentQueue<ClientOperation> _operations = new();
    private readonly ConcurrentQueue<WatchRecord> _watches = new();

    /// <summary>The clock of <see cref="CallTime"/>, one for all clients.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>The operations, in no order.</summary>
    public IReadOnlyCollection<ClientOperation> Operations => _operations;

    /// <summary>The watchers' records, in no order.</summary>
    public IReadOnlyCollection<WatchRecord> Watches => _watches;

    /// <summary>Adds an operation that has ended.</summary>
    public void Add(ClientOperation operation) => _operations.Enqueue(operation);

    /// <summary>Adds a watcher's record, which goes on being written.</summary>
    public WatchRecord Watch(string name, string prefix, long after)
    {
        var record = new WatchRecord(name, prefix, after);
        _watches.Enqueue(record);
        return record;
    }
}
