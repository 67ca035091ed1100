namespace ControlPlane.Node.Runtime;

/// <summary>Why a call failed that had no other way to say so.</summary>
internal enum RuntimeFailure
{
    /// <summary>The runtime said no, or failed; its text says why.</summary>
    Failed,

    /// <summary>Nothing answers at the runtime's socket, or the connection broke. Worth another try later.</summary>
    Unavailable,

    /// <summary>The call took longer than its limit. It may still take effect.</summary>
    TimedOut,

    /// <summary>This runtime doesn't know the call.</summary>
    Unsupported,
}

/// <summary>A call to the container runtime failed in a way that its caller can't be expected to handle there.</summary>
/// <remarks>The message is what events and statuses show, in upstream's form: <c>rpc error: code = Unknown desc = ...</c>.</remarks>
internal sealed class RuntimeException(RuntimeFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure.</summary>
    public RuntimeFailure Failure { get; } = failure;
}
