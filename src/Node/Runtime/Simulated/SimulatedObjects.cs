using System.Net;

namespace ControlPlane.Node.Runtime.Simulated;

/// <summary>A sandbox as the simulated runtime keeps it. Its spec is the caller's own record: nothing is copied.</summary>
internal sealed class SimulatedSandbox(SandboxId id, SandboxSpec spec, DateTimeOffset createdAt, IPAddress? address)
{
    /// <summary>Its name.</summary>
    public SandboxId Id { get; } = id;

    /// <summary>What it was asked to be.</summary>
    public SandboxSpec Spec { get; } = spec;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>Its address while it runs; null with the host's network.</summary>
    public IPAddress? Address { get; set; } = address;

    /// <summary>Whether it runs.</summary>
    public SandboxState State { get; set; }

    /// <summary>Its containers, oldest first; few.</summary>
    public List<SimulatedContainer> Containers { get; } = [];

    /// <summary>As lists show it.</summary>
    public Sandbox ToSandbox() => new()
    {
        Id = Id,
        Identity = Spec.Identity,
        State = State,
        CreatedAt = CreatedAt,
        Labels = Spec.Labels,
        Annotations = Spec.Annotations,
        RuntimeHandler = Spec.RuntimeHandler,
    };

    /// <summary>In full.</summary>
    public SandboxStatus ToStatus() => new()
    {
        Id = Id,
        Identity = Spec.Identity,
        State = State,
        CreatedAt = CreatedAt,
        Labels = Spec.Labels,
        Annotations = Spec.Annotations,
        RuntimeHandler = Spec.RuntimeHandler,
        Addresses = Address is null ? [] : [Address],
        Namespaces = Spec.Security.Namespaces,
    };
}

/// <summary>A container as the simulated runtime keeps it: created, running, exited, and never back.</summary>
internal sealed class SimulatedContainer(ContainerId id, SimulatedSandbox sandbox, ContainerSpec spec, string imageId, DateTimeOffset createdAt)
{
    /// <summary>Its name.</summary>
    public ContainerId Id { get; } = id;

    /// <summary>Where it lives.</summary>
    public SimulatedSandbox Sandbox { get; } = sandbox;

    /// <summary>What it was asked to be; its resources may change.</summary>
    public ContainerSpec Spec { get; set; } = spec;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>Where it is in its life.</summary>
    public ContainerState State { get; private set; }

    /// <summary>When it started.</summary>
    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>Ends it by itself, where its script says so.</summary>
    public ITimer? Timer { get; set; }

    private DateTimeOffset? FinishedAt { get; set; }

    private int ExitCode { get; set; }

    private string Reason { get; set; } = "";

    private string Message { get; set; } = "";

    /// <summary>Created to running.</summary>
    public void Start(DateTimeOffset at)
    {
        State = ContainerState.Running;
        StartedAt = at;
    }

    /// <summary>Created or running to exited. False if it was already.</summary>
    public bool Exit(DateTimeOffset at, int code, string? reason = null, string message = "")
    {
        if (State == ContainerState.Exited)
            return false;
        Timer?.Dispose();
        Timer = null;
        State = ContainerState.Exited;
        FinishedAt = at;
        ExitCode = code;
        Reason = reason ?? (code == 0 ? "Completed" : "Error"); // containerd's words
        Message = message;
        return true;
    }

    /// <summary>As lists show it.</summary>
    public Container ToContainer() => new()
    {
        Id = Id,
        Sandbox = Sandbox.Id,
        Name = Spec.Name,
        Attempt = Spec.Attempt,
        State = State,
        CreatedAt = CreatedAt,
        Image = Spec.Image,
        ImageReference = imageId,
        Labels = Spec.Labels,
        Annotations = Spec.Annotations,
    };

    /// <summary>In full.</summary>
    public ContainerStatus ToStatus() => new()
    {
        Id = Id,
        Name = Spec.Name,
        Attempt = Spec.Attempt,
        State = State,
        CreatedAt = CreatedAt,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        ExitCode = ExitCode,
        Reason = Reason,
        Message = Message,
        Image = Spec.RequestedImage.Length > 0 ? Spec.RequestedImage : Spec.Image,
        ImageReference = imageId,
        ImageId = imageId,
        LogPath = Spec.LogPath.Length == 0 ? "" : Path.Combine(Sandbox.Spec.LogDirectory, Spec.LogPath),
        Mounts = Spec.Mounts,
        Resources = Spec.Resources,
        StopSignal = Spec.StopSignal,
        Labels = Spec.Labels,
        Annotations = Spec.Annotations,
    };
}
