using System.Net;
using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Client.Informers;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Pods;

/// <summary>What a node's pods share: who the node is, its runtime, its way to the API.</summary>
internal sealed record NodeContext
{
    /// <summary>The node's name.</summary>
    public required string NodeName { get; init; }

    /// <summary>The node's addresses, the first one first.</summary>
    public required IReadOnlyList<IPAddress> Addresses { get; init; }

    /// <summary>What the node has; resourceFieldRef falls back to it.</summary>
    public required NodeCapacity Capacity { get; init; }

    /// <summary>Runs containers.</summary>
    public required IContainerRuntime Runtime { get; init; }

    /// <summary>The scheme of container IDs: the runtime's name.</summary>
    public required string RuntimeName { get; init; }

    /// <summary>The API, as the node.</summary>
    public required IApiClient Api { get; init; }

    /// <summary>Tells users.</summary>
    public required EventRecorder Events { get; init; }

    /// <summary>Time.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where files go.</summary>
    public required PodDirectories Directories { get; init; }

    /// <summary>The ConfigMaps that pods here refer to.</summary>
    public required ReferencedObjects<ConfigMap> ConfigMaps { get; init; }

    /// <summary>The Secrets that pods here refer to.</summary>
    public required ReferencedObjects<Secret> Secrets { get; init; }

    /// <summary>All Services, for the variables that tell pods of them; null on simulated nodes.</summary>
    public Informer<Service>? Services { get; init; }

    /// <summary>The cluster's DNS server; null where there is none.</summary>
    public IPAddress? ClusterDns { get; init; }

    /// <summary>The cluster's domain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>Nothing is executed: no files are made, no variables looked up.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Log { get; init; }
}

/// <summary>How much a node has.</summary>
/// <param name="Processors">Processors.</param>
/// <param name="MemoryBytes">Bytes of memory.</param>
/// <param name="StorageBytes">Bytes of disk for pods' files, images and logs.</param>
internal sealed record NodeCapacity(int Processors, long MemoryBytes, long StorageBytes);
