using System.Collections.ObjectModel;

namespace ControlPlane.Node.Runtime;

/// <summary>Processor time.</summary>
/// <param name="At">When it was read.</param>
/// <param name="TotalNanoseconds">All of it since the start, over all processors.</param>
/// <param name="NanoCores">The rate, in billionths of a processor; null where the runtime doesn't compute it.</param>
internal sealed record CpuUsage(DateTimeOffset At, ulong TotalNanoseconds, ulong? NanoCores);

/// <summary>Memory, in bytes; what the runtime doesn't tell is null.</summary>
internal sealed record MemoryUsage(
    DateTimeOffset At, ulong? WorkingSet, ulong? Available, ulong? Usage, ulong? Resident, ulong? PageFaults, ulong? MajorPageFaults);

/// <summary>What lies at a place of a file system.</summary>
internal sealed record FilesystemUsage(DateTimeOffset At, string Mountpoint, ulong UsedBytes, ulong InodesUsed);

/// <summary>Bytes and errors of one interface.</summary>
internal sealed record InterfaceUsage(string Name, ulong ReceivedBytes, ulong ReceiveErrors, ulong SentBytes, ulong SendErrors);

/// <summary>What a container uses.</summary>
internal sealed record ContainerUsage
{
    /// <summary>Which one.</summary>
    public required ContainerId Id { get; init; }

    /// <summary>Its name in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>As in its spec.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Processor; null where not known.</summary>
    public CpuUsage? Cpu { get; init; }

    /// <summary>Memory; null where not known.</summary>
    public MemoryUsage? Memory { get; init; }

    /// <summary>What it wrote over its image; null where not known.</summary>
    public FilesystemUsage? WritableLayer { get; init; }
}

/// <summary>What a sandbox uses, its containers included.</summary>
internal sealed record SandboxUsage
{
    /// <summary>Which one.</summary>
    public required SandboxId Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required SandboxIdentity Identity { get; init; }

    /// <summary>Processor; null where not known.</summary>
    public CpuUsage? Cpu { get; init; }

    /// <summary>Memory; null where not known.</summary>
    public MemoryUsage? Memory { get; init; }

    /// <summary>Its interfaces, the default one first; empty with the host's network.</summary>
    public IReadOnlyList<InterfaceUsage> Interfaces { get; init; } = [];

    /// <summary>How many processes; null where not known.</summary>
    public ulong? Processes { get; init; }

    /// <summary>Its containers, where the runtime tells.</summary>
    public IReadOnlyList<ContainerUsage> Containers { get; init; } = [];
}
