using System.Diagnostics;
using System.Net;
using ControlPlane.Node.Images;
using ControlPlane.Node.Images.Sandbox;
using ControlPlane.Node.Installation;
using ControlPlane.Node.Network.Cni;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Cri;
using ControlPlane.Node.Runtime.Cri.Containerd;
using ControlPlane.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Node.Tests.Runtime;

/// <summary>A containerd for tests alone: own directory, socket, bridge and pod range. Whatever tests did, it leaves nothing behind.</summary>
internal sealed class ContainerdMachine : IAsyncDisposable
{
    /// <summary>The test image's name.</summary>
    public const string Busybox = "docker.io/library/busybox-test:1";

    // The portmap plugin makes these chains once for all networks, and leaves them.
    private const string RemoveHostPortChains = """
        iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
        iptables -t nat -D OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
        iptables -t nat -D POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
        for chain in DNAT MASQ SETMARK; do iptables -t nat -F CNI-HOSTPORT-$chain; iptables -t nat -X CNI-HOSTPORT-$chain; done
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _suffix = Guid.NewGuid().ToString("N")[..8];

    private bool _hadHostPortChains;

    private ContainerdMachine() => Own = new OwnContainerd(Options(Directory), TimeProvider.System, NullLogger.Instance);

    /// <summary>Everything is below it.</summary>
    public string Directory => _directory.Path;

    /// <summary>The process.</summary>
    public OwnContainerd Own { get; }

    /// <summary>A client.</summary>
    public CriRuntime Runtime { get; private set; } = null!;

    /// <summary>The pods' range.</summary>
    public IPNetwork PodRange { get; } = IPNetwork.Parse($"10.213.{Random.Shared.Next(1, 255)}.0/24");

    /// <summary>The pods' bridge.</summary>
    public string Bridge => "cpt" + _suffix;

    /// <summary>The cgroup below which pods have theirs.</summary>
    public string Cgroup => "/kubepods-test-" + _suffix;

    private string Network => "controlplane-test-" + _suffix;

    /// <summary>Starts one, with the sandbox image, a network and the test image; ends the test where this machine can't.</summary>
    public static async Task<ContainerdMachine> StartAsync(Func<string, Task>? launch = null)
    {
        if (Environment.UserName != "root")
            Assert.Ignore("containers need root");
        if (await new NodePrerequisites(TimeProvider.System).FindMissingAsync(CancellationToken.None) is { Count: > 0 } missing)
            Assert.Ignore($"this machine lacks {string.Join(", ", missing.Select(one => one.Name))}");
        var machine = new ContainerdMachine();
        try
        {
            machine._hadHostPortChains = (await RunAsync("iptables", "-t", "nat", "-S")).Contains("-N CNI-HOSTPORT-DNAT", StringComparison.Ordinal);
            await (launch ?? (_ => machine.Own.EnsureAsync(CancellationToken.None)))(machine.Directory);
            machine.Runtime = machine.Connect();
            await machine.FurnishAsync();
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>How containerd is set up below a directory.</summary>
    public static ContainerdOptions Options(string directory) => ContainerdOptions.ForThisMachine(Path.Combine(directory, "containerd"));

    /// <summary>Another client.</summary>
    public CriRuntime Connect() => new(Own.Endpoint, new CriLimits(), TimeProvider.System);

    /// <summary>Starts containerd again after it was ended.</summary>
    public Task RestartAsync() => Own.EnsureAsync(CancellationToken.None);

    /// <summary>The file of an archive with the test image, made anew.</summary>
    public string WriteBusyboxArchive(string name)
    {
        var path = _directory[$"image-{Guid.NewGuid():N}.tar"];
        OciImageBuilder.Busybox().Write(path, name);
        return path;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await AttemptAsync(RemovePodsAsync);
        if (Runtime is not null)
            await Runtime.DisposeAsync();
        await AttemptAsync(() => Own.StopAsync(CancellationToken.None));
        await AttemptAsync(KillShimsAsync);
        await AttemptAsync(UnmountAllAsync);
        await AttemptAsync(RemoveCgroupsAsync);
        await AttemptAsync(() => RunAsync("ip", "link", "delete", Bridge));
        await AttemptAsync(RemoveChainsAsync);
        _directory.Dispose();
    }

    private async Task FurnishAsync()
    {
        await SandboxImage.EnsureAsync(Runtime, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        var options = new CniOptions { PodRanges = [PodRange], Bridge = Bridge, Network = Network, AddressDirectory = _directory["addresses"] };
        await PodNetwork.EnsureAsync(Runtime, options, NullLogger.Instance, CancellationToken.None);
        await new OciImport(Runtime, TimeProvider.System).ImportAsync(WriteBusyboxArchive(Busybox), null, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await Runtime.GetStatusAsync(CancellationToken.None)).IsReady);
    }

    private async Task RemovePodsAsync()
    {
        if (Runtime is null)
            return;
        foreach (var sandbox in await Runtime.ListSandboxesAsync(SandboxFilter.All, CancellationToken.None))
        {
            await Runtime.StopSandboxAsync(sandbox.Id, CancellationToken.None);
            await Runtime.RemoveSandboxAsync(sandbox.Id, CancellationToken.None);
        }
    }

    /// <summary>Shims have containerd's socket on their command line, and are the parents of what runs in containers.</summary>
    private Task KillShimsAsync()
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    var command = File.ReadAllText($"/proc/{process.Id}/cmdline");
                    if (command.Contains("containerd-shim", StringComparison.Ordinal) && command.Contains(Directory, StringComparison.Ordinal))
                        process.Kill(entireProcessTree: true);
                }
                catch (IOException)
                {
                    // gone
                }
            }
        }
        return Task.CompletedTask;
    }

    private async Task UnmountAllAsync()
    {
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')[4]).Where(path => path.StartsWith(Directory + "/", StringComparison.Ordinal));
        foreach (var mount in mounts.OrderByDescending(path => path.Length))
            await RunAsync("umount", "--lazy", mount);
    }

    /// <summary>The runtime makes pods' cgroups, and leaves them to the agent. Version 1 has one tree a controller.</summary>
    private Task RemoveCgroupsAsync()
    {
        foreach (var tree in System.IO.Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup").Select(root => root + Cgroup).Where(System.IO.Directory.Exists))
        {
            foreach (var cgroup in System.IO.Directory.GetDirectories(tree, "*", SearchOption.AllDirectories).Append(tree).OrderByDescending(path => path.Length))
                System.IO.Directory.Delete(cgroup);
        }
        return Task.CompletedTask;
    }

    /// <summary>The plugins name the network in a comment of each rule; what a failed test left is found by it.</summary>
    private async Task RemoveChainsAsync()
    {
        var rules = (await RunAsync("iptables", "-t", "nat", "-S")).Split('\n').Where(rule => rule.Contains(Network, StringComparison.Ordinal)).ToList();
        foreach (var rule in rules.Where(rule => rule.StartsWith("-A ", StringComparison.Ordinal)))
            await RunAsync("sh", "-c", "iptables -t nat -D " + rule[3..]);
        foreach (var chain in rules.Select(rule => rule.Split(' ')[1]).Where(chain => chain.StartsWith("CNI-", StringComparison.Ordinal) && chain != "CNI-HOSTPORT-DNAT").Distinct())
            await RunAsync("iptables", "-t", "nat", "-X", chain);
        if (!_hadHostPortChains && !(await RunAsync("iptables", "-t", "nat", "-S", "CNI-HOSTPORT-DNAT")).Contains("-A ", StringComparison.Ordinal))
            await RunAsync("sh", "-c", RemoveHostPortChains);
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

    /// <summary>Whatever goes wrong with one step, the others are still to be done.</summary>
    private static async Task AttemptAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (Exception error)
        {
            await TestContext.Progress.WriteLineAsync($"clean-up: {error.Message}");
        }
    }
}
