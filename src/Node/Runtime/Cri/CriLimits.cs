namespace ControlPlane.Node.Runtime.Cri;

/// <summary>How long each call may take, and how much it may answer. Upstream: the kubelet's remote runtime client.</summary>
internal sealed record CriLimits
{
    /// <summary>Calls that only ask or change little.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromMinutes(2); // kubelet: --runtime-request-timeout

    /// <summary>Making a sandbox may have to set up a network, and fetch its image.</summary>
    public TimeSpan RunSandbox { get; init; } = TimeSpan.FromMinutes(4); // kubelet: twice --runtime-request-timeout

    /// <summary>Fetching an image. Upstream has no limit here; one that outlives the largest images still frees a worker from a dead registry.</summary>
    public TimeSpan PullImage { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The largest answer. A list of ten thousand containers has about this size.</summary>
    public int AnswerBytes { get; init; } = 16 * 1024 * 1024; // kubelet: 16 MiB

    /// <summary>How long connecting to the socket may take.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an exit that containerd reported may take to show in what CRI tells.</summary>
    public TimeSpan ExitSettles { get; init; } = TimeSpan.FromSeconds(2);
}
