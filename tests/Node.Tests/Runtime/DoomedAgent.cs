using System.Diagnostics;
using ControlPlane.Node.Runtime.Cri.Containerd;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Node.Tests.Runtime;

/// <summary>An agent in a process of its own that starts containerd and is killed: this program's other side.</summary>
internal static class DoomedAgent
{
    private const string Ready = "ready";

    /// <summary>The process: starts containerd below the directory, says so, and waits to be killed.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        await new OwnContainerd(ContainerdMachine.Options(arguments[0]), TimeProvider.System, NullLogger.Instance).EnsureAsync(CancellationToken.None);
        await Console.Out.WriteLineAsync(Ready);
        await Task.Delay(Timeout.InfiniteTimeSpan);
        return 0;
    }

    /// <summary>The test's side: runs the process until containerd serves, then kills it without warning.</summary>
    public static async Task StartContainerdAndDieAsync(string directory)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(DoomedAgent).Assembly.Location, directory]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        process.Kill();
        await process.WaitForExitAsync();
        if (line != Ready)
            throw new InvalidOperationException($"the agent didn't start containerd; it said: {line}");
    }
}
