using System.Collections.ObjectModel;

namespace ControlPlane.Node.Runtime;

/// <summary>What a container is asked to be.</summary>
internal sealed record ContainerSpec
{
    /// <summary>The container's name in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>0 for the first, one more for each restart.</summary>
    public uint Attempt { get; init; }

    /// <summary>The image by the id or digest that <see cref="IContainerRuntime.FindImageAsync"/> or a pull told.</summary>
    public required string Image { get; init; }

    /// <summary>The image as the pod names it; what statuses show.</summary>
    public string RequestedImage { get; init; } = "";

    /// <summary>The entry point; empty is the image's.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Its arguments; empty is the image's, unless there is a command.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Where it starts; empty is the image's.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Variables in order, over those of the image.</summary>
    public IReadOnlyList<EnvironmentVariable> Environment { get; init; } = [];

    /// <summary>What of the host shows where inside.</summary>
    public IReadOnlyList<Mount> Mounts { get; init; } = [];

    /// <summary>Devices of the host.</summary>
    public IReadOnlyList<Device> Devices { get; init; } = [];

    /// <summary>Devices by the names of the Container Device Interface.</summary>
    public IReadOnlyList<string> CdiDevices { get; init; } = [];

    /// <summary>Kept by the runtime, and what filters select by.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Kept by the runtime.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The log file, relative to the sandbox's log directory; empty for no log.</summary>
    public string LogPath { get; init; } = "";

    /// <summary>Keeps a standard input open.</summary>
    public bool Stdin { get; init; }

    /// <summary>Closes it after the first attached session.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>Gives it a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>The signal that asks it to end ("SIGTERM"); empty is the image's.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>What it may use.</summary>
    public ContainerResources Resources { get; init; } = new();

    /// <summary>What it may do and as whom.</summary>
    public SecurityContext Security { get; init; } = new();
}

/// <summary>One environment variable.</summary>
internal readonly record struct EnvironmentVariable(string Name, string Value);

/// <summary>Which mounts made later on one side show on the other.</summary>
internal enum MountPropagation
{
    /// <summary>None.</summary>
    Private,

    /// <summary>The host's show inside.</summary>
    HostToContainer,

    /// <summary>Both ways.</summary>
    Bidirectional,
}

/// <summary>A file or directory of the host that shows inside.</summary>
internal sealed record Mount(string ContainerPath, string HostPath)
{
    /// <summary>Can't be written inside.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Nor can what is mounted below it.</summary>
    public bool RecursiveReadOnly { get; init; }

    /// <summary>Which later mounts show.</summary>
    public MountPropagation Propagation { get; init; }

    /// <summary>Gets the container's SELinux label.</summary>
    public bool SelinuxRelabel { get; init; }

    /// <summary>Shows an image in place of a path of the host (image volumes); null otherwise.</summary>
    public string? Image { get; init; }
}

/// <summary>A device of the host.</summary>
/// <param name="ContainerPath">Its path inside.</param>
/// <param name="HostPath">Its path on the host.</param>
/// <param name="Permissions">Some of "rwm": read, write, make.</param>
internal sealed record Device(string ContainerPath, string HostPath, string Permissions);

/// <summary>What a container may use; 0 and empty are no limit.</summary>
internal sealed record ContainerResources
{
    /// <summary>Weight among those that compete for processors; 1024 a processor.</summary>
    public long CpuShares { get; init; }

    /// <summary>Microseconds of processor time in each period.</summary>
    public long CpuQuota { get; init; }

    /// <summary>The period, in microseconds.</summary>
    public long CpuPeriod { get; init; }

    /// <summary>Bytes.</summary>
    public long MemoryLimit { get; init; }

    /// <summary>Bytes of memory and swap together.</summary>
    public long MemorySwapLimit { get; init; }

    /// <summary>-1000 (never killed) to 1000 (first to be killed) when the machine is out of memory.</summary>
    public long OomScoreAdjust { get; init; }

    /// <summary>Which processors ("0-2,7").</summary>
    public string CpusetCpus { get; init; } = "";

    /// <summary>Which memory nodes.</summary>
    public string CpusetMems { get; init; } = "";

    /// <summary>Bytes of huge pages by page size ("2MB").</summary>
    public IReadOnlyDictionary<string, ulong> HugePageLimits { get; init; } = ReadOnlyDictionary<string, ulong>.Empty;

    /// <summary>Files of cgroup v2 by name ("memory.high").</summary>
    public IReadOnlyDictionary<string, string> Unified { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}
