namespace ControlPlane.Parts;

/// <summary>
/// Something that runs as long as the process: the store, the API server, the controllers, the agent. It says what it needs, and tells when it is ready;
/// <see cref="PartRunner"/> starts each as soon as all it needs is ready, and stops them in the opposite order.
/// </summary>
internal abstract class Part
{
    /// <summary>For logs and errors.</summary>
    public abstract string Name { get; }

    /// <summary>The parts that must be ready before this one starts.</summary>
    public virtual IReadOnlyList<Part> Needs => [];

    /// <summary>Runs until cancelled (then it returns, drained) or broken (then it throws).</summary>
    /// <param name="ready">To be called once, when others may build on it.</param>
    /// <param name="stop">The process shall end.</param>
    public abstract Task RunAsync(Action ready, CancellationToken stop);
}
