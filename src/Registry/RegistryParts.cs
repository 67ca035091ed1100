using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Registry;

/// <summary>What all resources of one registry share.</summary>
internal sealed record RegistryParts(IKeyValueStore Store, TimeProvider Clock, Random Random, ILogger Log, RegistryOptions Options, SharedLeases Leases)
{
    /// <summary>What the caches' histories weigh together.</summary>
    public HistoryWeight History { get; } = new(Options.Window.MaxBytesInAll);

    /// <summary>All keys begin so.</summary>
    public const string Root = "/registry/"; // kube-apiserver: --etcd-prefix

    /// <summary>Written when the feed must be told how far the store is; belongs to no resource.</summary>
    public const string ProgressKey = Root + "progress.controlplane.io";
}

/// <summary>How the registry keeps what it keeps.</summary>
public sealed record RegistryOptions
{
    /// <summary>History for watches, per resource.</summary>
    public WindowLimits Window { get; init; } = new();

    /// <summary>How often the store forgets, and how much history it keeps at least; zero never forgets.</summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromMinutes(5); // kube-apiserver: --etcd-compaction-interval

    /// <summary>How long objects are kept whose kind says that they are not kept forever, instead of what it says; zero for ever.</summary>
    public TimeSpan? TimeToLive { get; init; } // kube-apiserver: --event-ttl

    /// <summary>May watches begin with the present state and its bookmark? The feature gate WatchList.</summary>
    public bool AllowsInitialEvents { get; init; } = true;

    /// <summary>How long a read waits for a resourceVersion that has not happened.</summary>
    public TimeSpan FreshnessWait { get; init; } = TimeSpan.FromSeconds(3); // apiserver: watch_cache.go, blockTimeout

    /// <summary>How often a watch is told how far it is.</summary>
    public TimeSpan BookmarkInterval { get; init; } = TimeSpan.FromMinutes(1); // apiserver: cacher.go, defaultBookmarkFrequency
}
