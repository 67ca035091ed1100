namespace ControlPlane.Node.Runtime;

/// <summary>The runtime's name for a sandbox. The default is no sandbox.</summary>
internal readonly record struct SandboxId(string Value)
{
    /// <summary>The bare identifier.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>The runtime's name for a container, without the <c>containerd://</c> that statuses put before it. The default is no container.</summary>
internal readonly record struct ContainerId(string Value)
{
    /// <summary>The bare identifier.</summary>
    public override string ToString() => Value ?? "";
}
