namespace ControlPlane.Node.Runtime;

/// <summary>What came of running a sandbox.</summary>
internal abstract record RunSandboxResult
{
    private RunSandboxResult() { }

    /// <summary>It runs.</summary>
    public sealed record Running(SandboxId Id) : RunSandboxResult;

    /// <summary>
    /// It doesn't: no network, no image for it, a bad setting. <paramref name="Message"/> is for the pod's <c>FailedCreatePodSandBox</c> event.
    /// </summary>
    public sealed record Failed(string Message) : RunSandboxResult;
}

/// <summary>What came of making a container.</summary>
internal abstract record CreateContainerResult
{
    private CreateContainerResult() { }

    /// <summary>It is there, not yet started.</summary>
    public sealed record Created(ContainerId Id) : CreateContainerResult;

    /// <summary>Its image isn't present.</summary>
    public sealed record ImageNotPresent(string Message) : CreateContainerResult;

    /// <summary>There is no such sandbox, or it doesn't run any more.</summary>
    public sealed record SandboxNotFound(string Message) : CreateContainerResult;

    /// <summary>It can't be made so: for the container's <c>CreateContainerError</c>.</summary>
    public sealed record Failed(string Message) : CreateContainerResult;
}

/// <summary>What came of starting a container.</summary>
internal abstract record StartContainerResult
{
    private StartContainerResult() { }

    /// <summary>Its process runs, or ran already to its end.</summary>
    public sealed record Started : StartContainerResult;

    /// <summary>There is no container of this id.</summary>
    public sealed record NotFound : StartContainerResult;

    /// <summary>Its process can't be started (no such program, a bad mount): for the container's <c>RunContainerError</c>.</summary>
    public sealed record Failed(string Message) : StartContainerResult;
}

/// <summary>What came of a command.</summary>
internal abstract record ExecSyncResult
{
    private ExecSyncResult() { }

    /// <summary>It ended by itself.</summary>
    public sealed record Exited(int Code, ReadOnlyMemory<byte> Output, ReadOnlyMemory<byte> Error) : ExecSyncResult;

    /// <summary>It was ended when its time was over.</summary>
    public sealed record TimedOut(string Message) : ExecSyncResult;

    /// <summary>There is no running container of this id.</summary>
    public sealed record ContainerNotRunning(string Message) : ExecSyncResult;

    /// <summary>It couldn't be started (no such program).</summary>
    public sealed record Failed(string Message) : ExecSyncResult;
}

/// <summary>What came of preparing a stream.</summary>
internal abstract record StreamingResult
{
    private StreamingResult() { }

    /// <summary>
    /// The runtime's own streaming server waits at <paramref name="Url"/>, once and for a short time (a minute in containerd), with the protocols of
    /// <c>remotecommand</c> and <c>portforward</c>: SPDY/3.1, and WebSocket up to <c>v4.channel.k8s.io</c>.
    /// </summary>
    public sealed record Ready(Uri Url) : StreamingResult;

    /// <summary>There is no such container or sandbox, or it doesn't run.</summary>
    public sealed record NotRunning(string Message) : StreamingResult;

    /// <summary>Refused, or this runtime has no streams.</summary>
    public sealed record Refused(string Message) : StreamingResult;
}

/// <summary>What came of fetching an image.</summary>
internal abstract record PullImageResult
{
    private PullImageResult() { }

    /// <summary>It is present, by this reference.</summary>
    public sealed record Pulled(string ImageReference) : PullImageResult;

    /// <summary>It couldn't be fetched: for the container's <c>ErrImagePull</c>.</summary>
    public sealed record Failed(PullFailure Reason, string Message) : PullImageResult;
}

/// <summary>Why an image couldn't be fetched, as far as the runtime tells.</summary>
internal enum PullFailure
{
    /// <summary>Not told.</summary>
    Unknown,

    /// <summary>The registry has no such image, or doesn't show it without credentials.</summary>
    NotFound,

    /// <summary>The registry doesn't answer (upstream: RegistryUnavailable).</summary>
    RegistryUnavailable,

    /// <summary>The image's signature doesn't fit (upstream: SignatureValidationFailed).</summary>
    SignatureInvalid,

    /// <summary>It took longer than the limit.</summary>
    TimedOut,
}

/// <summary>An interactive command: which of its streams to carry.</summary>
internal sealed record ExecRequest(IReadOnlyList<string> Command, bool Tty, bool Stdin, bool Stdout, bool Stderr);

/// <summary>Which streams of the first process to carry.</summary>
internal sealed record AttachRequest(bool Tty, bool Stdin, bool Stdout, bool Stderr);
