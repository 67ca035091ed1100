using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Cri;
using ControlPlane.Node.Runtime.Cri.Containerd;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Network.Cni;

/// <summary>Gives the node's sandboxes a network, once the node's pod range is known.</summary>
internal static partial class PodNetwork
{
    private const string DefaultConfigDirectory = "/etc/cni/net.d"; // containerd's own default

    /// <summary>
    /// Writes the CNI configuration to where the runtime reads it, unless another is there, and tells the runtime the pod range. The condition
    /// <see cref="RuntimeStatus.NetworkReady"/> follows within a moment.
    /// </summary>
    /// <exception cref="RuntimeException">The runtime doesn't answer.</exception>
    /// <exception cref="IOException">The directory can't be written.</exception>
    public static async Task<CniOutcome> EnsureAsync(CriRuntime runtime, CniOptions options, ILogger log, CancellationToken cancel)
    {
        var details = await ContainerdDetails.ReadAsync(runtime, cancel);
        if (CniConfiguration.FindMissingPlugins(details.CniPluginDirectories) is { Count: > 0 } missing)
            PluginsMissing(log, string.Join(", ", missing), string.Join(", ", details.CniPluginDirectories));
        var directory = details.CniConfigDirectory ?? DefaultConfigDirectory;
        var outcome = CniConfiguration.Ensure(directory, options);
        Ensured(log, directory, outcome);
        await runtime.SetPodRangeAsync(string.Join(',', options.PodRanges), cancel);
        return outcome;
    }

    [LoggerMessage(LogLevel.Warning, "CNI plugins {Missing} are in none of {Directories}: pods get no network until they are installed")]
    private static partial void PluginsMissing(ILogger log, string missing, string directories);

    [LoggerMessage(LogLevel.Information, "CNI configuration in {Directory}: {Outcome}")]
    private static partial void Ensured(ILogger log, string directory, CniOutcome outcome);
}
