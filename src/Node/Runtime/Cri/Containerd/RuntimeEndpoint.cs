namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>Which socket the agent speaks to.</summary>
internal static class RuntimeEndpoint
{
    /// <summary>Where a containerd of the distribution listens.</summary>
    public const string WellKnown = "unix:///run/containerd/containerd.sock"; // kubelet: --container-runtime-endpoint

    private static readonly CriLimits ProbeLimits = new() { Request = TimeSpan.FromSeconds(2), Connect = TimeSpan.FromSeconds(1) };

    /// <summary>
    /// Does something at <paramref name="endpoint"/> serve CRI v1, and has it finished starting? A containerd whose CRI plugin is switched off (Docker's
    /// package)
    /// doesn't.
    /// </summary>
    public static async Task<bool> AnswersAsync(string endpoint, TimeProvider clock, CancellationToken cancel)
    {
        if (!File.Exists(CriChannel.PathOf(endpoint)))
            return false;
        await using var runtime = new CriRuntime(endpoint, ProbeLimits, clock);
        try
        {
            await runtime.GetStatusAsync(cancel);
            return true;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }
}
