using System.Collections.ObjectModel;

namespace ControlPlane.Node.Runtime;

/// <summary>A container goes from created to running to exited, never back.</summary>
internal enum ContainerState
{
    /// <summary>Made, not yet started.</summary>
    Created,

    /// <summary>Its first process runs.</summary>
    Running,

    /// <summary>Its first process ended, or never started.</summary>
    Exited,

    /// <summary>The runtime can't tell.</summary>
    Unknown,
}

/// <summary>Which containers; the default is all. Conditions are combined by and.</summary>
internal sealed record ContainerFilter
{
    /// <summary>All of them.</summary>
    public static ContainerFilter All { get; } = new();

    /// <summary>Only this one.</summary>
    public ContainerId? Id { get; init; }

    /// <summary>Only those of this sandbox.</summary>
    public SandboxId? Sandbox { get; init; }

    /// <summary>Only those in this state. Usage is only known of running ones and ignores this.</summary>
    public ContainerState? State { get; init; }

    /// <summary>Only those with all these labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>A container as lists show it.</summary>
internal sealed record Container
{
    /// <summary>The runtime's name for it.</summary>
    public required ContainerId Id { get; init; }

    /// <summary>Where it lives.</summary>
    public required SandboxId Sandbox { get; init; }

    /// <summary>Its name in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>Which restart.</summary>
    public uint Attempt { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ContainerState State { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The image as its spec names it.</summary>
    public string Image { get; init; } = "";

    /// <summary>The image's id or digest.</summary>
    public string ImageReference { get; init; } = "";

    /// <summary>As in its spec.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>As in its spec.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>A container in full.</summary>
internal sealed record ContainerStatus
{
    /// <summary>The runtime's name for it.</summary>
    public required ContainerId Id { get; init; }

    /// <summary>Its name in the pod.</summary>
    public required string Name { get; init; }

    /// <summary>Which restart.</summary>
    public uint Attempt { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required ContainerState State { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its process started; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its process ended; null before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The process's exit code (128 + signal if one ended it); meaningful once exited.</summary>
    public int ExitCode { get; init; }

    /// <summary>One word: "Completed", "Error", "OOMKilled", "StartError"; empty before the end.</summary>
    public string Reason { get; init; } = "";

    /// <summary>A sentence, where there is one.</summary>
    public string Message { get; init; } = "";

    /// <summary>The image as its spec names it.</summary>
    public string Image { get; init; } = "";

    /// <summary>The image's name with its digest; what the pod's status shows as <c>imageID</c>.</summary>
    public string ImageReference { get; init; } = "";

    /// <summary>The image's id, where the runtime tells it apart.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>The log file's full path on the host.</summary>
    public string LogPath { get; init; } = "";

    /// <summary>What of the host shows inside.</summary>
    public IReadOnlyList<Mount> Mounts { get; init; } = [];

    /// <summary>What it may use, where the runtime tells (1.7 and later).</summary>
    public ContainerResources? Resources { get; init; }

    /// <summary>As whom it runs, where the runtime tells (2.0 and later).</summary>
    public ContainerUser? User { get; init; }

    /// <summary>The signal that asks it to end, where the runtime tells.</summary>
    public string StopSignal { get; init; } = "";

    /// <summary>As in its spec.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>As in its spec.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ReadOnlyDictionary<string, string>.Empty;
}

/// <summary>User and groups of a container's first process.</summary>
internal sealed record ContainerUser(long Uid, long Gid, IReadOnlyList<long> SupplementalGroups);
