namespace ControlPlane.Node.Runtime;

/// <summary>What happened.</summary>
internal enum LifecycleEventKind
{
    /// <summary>A container's or sandbox's first process started.</summary>
    Started,

    /// <summary>A container's or sandbox's first process ended, by itself or not.</summary>
    Exited,

    /// <summary>A process of the container was killed because its memory limit was reached.</summary>
    OutOfMemory,
}

/// <summary>Something happened to a container or a sandbox; both are runtime objects with an id, and the listener knows which of its own it is.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Id">The id of a container or of a sandbox.</param>
internal readonly record struct LifecycleEvent(LifecycleEventKind Kind, string Id);
