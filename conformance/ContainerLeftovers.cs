using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ControlPlane.Conformance;

/// <summary>Removes what a killed cluster left: containers, the containerd of its own, mounts, control groups. What is not there is no error.</summary>
internal static partial class ContainerLeftovers
{
    public static async Task RemoveAsync(string containerdSocket, string data)
    {
        if (File.Exists(containerdSocket))
        {
            await RemoveNetworksAsync(containerdSocket);
            var tasks = await RunAsync("ctr", "--address", containerdSocket, "--namespace", "k8s.io", "tasks", "ls", "--quiet");
            foreach (var task in tasks.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                await RunAsync("ctr", "--address", containerdSocket, "--namespace", "k8s.io", "tasks", "kill", "--all", "--signal", "SIGKILL", task);
        }

        // containerd and its shims are in sessions of their own; the data directory stands on their command lines.
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (CommandOf(process).Contains(data, StringComparison.Ordinal))
                    process.Kill(entireProcessTree: true);
            }
        }

        var mounts = (await File.ReadAllLinesAsync("/proc/self/mountinfo")).Select(line => line.Split(' ')[4]);
        foreach (var mount in mounts.Where(path => path.StartsWith(data + "/", StringComparison.Ordinal)).OrderByDescending(path => path.Length))
            await RunAsync("umount", "--lazy", mount);
    }

    // The network namespaces of pods are named in the specs of their containers, and stay behind when a sandbox is not stopped in order.
    private static async Task RemoveNetworksAsync(string containerdSocket)
    {
        var containers = await RunAsync("ctr", "--address", containerdSocket, "--namespace", "k8s.io", "containers", "ls", "--quiet");
        foreach (var container in containers.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var spec = await RunAsync("ctr", "--address", containerdSocket, "--namespace", "k8s.io", "containers", "info", container);
            foreach (Match path in NetworkPath().Matches(spec))
                await RunAsync("ip", "netns", "delete", path.Groups[1].Value);
        }
    }

    [GeneratedRegex("/netns/(cni-[-0-9a-f]+)")]
    private static partial Regex NetworkPath();

    private static string CommandOf(Process process)
    {
        try
        {
            var command = File.ReadAllText($"/proc/{process.Id}/cmdline");
            return command.Contains("containerd", StringComparison.Ordinal) ? command : "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await errors;
        await process.WaitForExitAsync();
        return output;
    }
}
