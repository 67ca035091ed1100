using ControlPlane.Node.Images.Sandbox;
using ControlPlane.Node.Runtime.Cri;
using ControlPlane.Node.Runtime.Cri.Containerd;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Runtime;

/// <summary>Brings the agent to a runtime that is ready for sandboxes: finds one or starts one, and sees to its sandbox image.</summary>
internal sealed partial class RuntimeConnection(TimeProvider clock, ILogger log)
{
    /// <summary>
    /// Connects to <paramref name="endpoint"/> if one was given (<c>--container-runtime-endpoint</c>), else to the distribution's containerd if it
    /// answers, else to
    /// one of our own below <paramref name="dataDirectory"/>, which is started where it doesn't run.
    /// </summary>
    /// <exception cref="RuntimeException">Nothing answers, or what answers has no CRI.</exception>
    /// <exception cref="ArgumentException">The endpoint is no Unix socket.</exception>
    public async Task<CriRuntime> ConnectAsync(string? endpoint, string dataDirectory, CancellationToken cancel)
    {
        var runtime = new CriRuntime(await ChooseAsync(endpoint, dataDirectory, cancel), new CriLimits(), clock);
        try
        {
            var version = await runtime.GetVersionAsync(cancel);
            Connected(log, version.Name, version.Version, runtime.Endpoint);
            await SandboxImage.EnsureAsync(runtime, clock, log, cancel);
            return runtime;
        }
        catch
        {
            await runtime.DisposeAsync();
            throw;
        }
    }

    private async Task<string> ChooseAsync(string? endpoint, string dataDirectory, CancellationToken cancel)
    {
        var own = new OwnContainerd(ContainerdOptions.ForThisMachine(Path.Combine(Path.GetFullPath(dataDirectory), "containerd")), clock, log);
        if (!string.IsNullOrEmpty(endpoint) && endpoint != own.Endpoint)
            return endpoint;
        // Naming the agent's own socket asks for a containerd of its own even where the distribution's runs.
        if (string.IsNullOrEmpty(endpoint) && await RuntimeEndpoint.AnswersAsync(RuntimeEndpoint.WellKnown, clock, cancel))
            return RuntimeEndpoint.WellKnown;
        await own.EnsureAsync(cancel);
        return own.Endpoint;
    }

    [LoggerMessage(LogLevel.Information, "Connected to {Name} {Version} at {Endpoint}")]
    private static partial void Connected(ILogger log, string name, string version, string endpoint);
}
