using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Storage.Embedded;

/// <summary>Where the embedded engine keeps its file, and its limits.</summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>The database file. <c>-wal</c>, <c>-shm</c> and <c>.lock</c> files stand beside it; its directory is created when missing.</summary>
    public required string Path { get; init; }

    /// <summary>The clock that leases and progress messages go by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where failures of the disk are told.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Keys and values of one transaction, in bytes.</summary>
    public int MaxTransactionBytes { get; init; } = 4 << 20; // above kube-apiserver's 3 MiB request bodies; etcd: --max-request-bytes, 1.5 MiB

    /// <summary>Writes, and conditions, of one transaction.</summary>
    public int MaxTransactionWrites { get; init; } = 128; // etcd: --max-txn-ops

    /// <summary>Data in use, in bytes; beyond it puts are refused while deletes and compaction still work.</summary>
    public long MaxDatabaseBytes { get; init; } = 8L << 30; // etcd: the largest --quota-backend-bytes it recommends

    /// <summary>Free bytes of the disk below which puts are refused, so that deletes and compactions still have room; zero lets it run full.</summary>
    public long MinFreeDiskBytes { get; init; } = 32 << 20; // two of the log's usual sizes

    /// <summary>
    /// Bytes of history that are kept whatever the size of the data, if nobody compacts earlier; as many bytes as the data itself has are kept in any case.
    /// What is beyond is forgotten, however young it is.
    /// </summary>
    public long HistoryBytes { get; init; } = 16 << 20;

    /// <summary>Transactions that may wait for the disk; further callers wait for a place.</summary>
    public int MaxPendingTransactions { get; init; } = 1024; // more than kube-apiserver's --max-mutating-requests-inflight (200) and --max-requests-inflight (400)

    /// <summary>Transactions that share one fsync: bounds how long the first of them waits for the last.</summary>
    public int MaxBatchTransactions { get; init; } = 256;

    /// <summary>Bytes that share one fsync: bounds the burst that the write-ahead log takes at once.</summary>
    public int MaxBatchBytes { get; init; } = 4 << 20;

    /// <summary>The write-ahead log's size in bytes at which its pages are carried over into the database file.</summary>
    public long CheckpointBytes { get; init; } = 16 << 20;

    /// <summary>Connections for reading: so many reads go on at once, others wait.</summary>
    public int ReadConnections { get; init; } = 4;

    /// <summary>Changes that wait for one slow watcher before it is ended.</summary>
    public int WatchBufferChanges { get; init; } = 65_536; // half a minute of the highest write rate that the engine is designed for

    /// <summary>Bytes that wait for one slow watcher before it is ended.</summary>
    public long WatchBufferBytes { get; init; } = 64 << 20;
}
