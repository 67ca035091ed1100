using System.Diagnostics;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Cri.Containerd;
using ControlPlane.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Node.Tests.Runtime;

internal sealed class RuntimeConnectionTests
{
    private static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task A_given_endpoint_is_used_and_gets_its_sandbox_image()
    {
        await using var machine = await ContainerdMachine.StartAsync();
        var image = ContainerdMachine.Options(machine.Directory).SandboxImage;
        await machine.Runtime.RemoveImageAsync(image, Cancel);
        await Eventually.TrueAsync(async () => await machine.Runtime.FindImageAsync(image, Cancel) is null);

        await using var runtime = await new RuntimeConnection(TimeProvider.System, NullLogger.Instance).ConnectAsync(machine.Own.Endpoint, "/nowhere", Cancel);
        Assert.That(runtime.Endpoint, Is.EqualTo(machine.Own.Endpoint));
        Assert.That((await runtime.FindImageAsync(image, Cancel))?.Tags, Does.Contain(image));
        Assert.That((await runtime.FindImageAsync(image, Cancel))?.UserId, Is.EqualTo(65535));
        Assert.That(await ContainerdDetails.ReadAsync(runtime, Cancel), Has.Property(nameof(ContainerdDetails.SandboxImage)).EqualTo(image)
            .And.Property(nameof(ContainerdDetails.CniConfigDirectory)).EqualTo(ContainerdMachine.Options(machine.Directory).CniConfigDirectory));
    }

    [Test]
    public async Task An_endpoint_that_does_not_answer_is_told_as_unavailable()
    {
        var connection = new RuntimeConnection(TimeProvider.System, NullLogger.Instance);
        var error = await Assert.ThrowsAsync<RuntimeException>(() => connection.ConnectAsync("unix:///nowhere/containerd.sock", "/nowhere", Cancel));
        Assert.That(error!.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.ConnectAsync("tcp://127.0.0.1:1", "/nowhere", Cancel));
    }

    [TestCase("""{"sandboxImage":"registry.example/pause:3","cni":{"binDir":"/opt/cni/bin","confDir":"/etc/cni/net.d"}}""", "registry.example/pause:3", "/opt/cni/bin")]
    [TestCase("""{"pinnedImages":{"sandbox":"registry.example/pause:4"},"cni":{"binDirs":["/a","/b"],"binDir":""}}""", "registry.example/pause:4", "/a,/b")]
    [TestCase("""{}""", null, "")]
    public void What_containerd_tells_of_itself_is_read_in_the_forms_of_its_versions(string config, string? image, string plugins)
    {
        var details = ContainerdDetails.Parse(config);
        Assert.That((details.SandboxImage, string.Join(',', details.CniPluginDirectories), details.SystemdCgroup), Is.EqualTo((image, plugins, false)));
    }

    [Test]
    public void A_default_runtime_that_leaves_cgroups_to_systemd_is_seen()
    {
        const string config = """{"containerd":{"defaultRuntimeName":"crun","runtimes":{"crun":{"options":{"SystemdCgroup":true}},"runc":{"options":{}}}}}""";
        Assert.That(ContainerdDetails.Parse(config).SystemdCgroup, Is.True);
    }

    /// <summary>What the machine's figures are: shown, not asserted.</summary>
    [Test]
    [Explicit("a measurement")]
    public async Task Measure_starts()
    {
        await using var machine = await ContainerdMachine.StartAsync();
        await MeasureAsync("containerd, again", async () =>
        {
            await machine.Own.StopAsync(Cancel);
            await machine.RestartAsync();
        });
        for (var i = 0; i < 5; i++)
        {
            var spec = new SandboxSpec { Identity = new SandboxIdentity($"pod{i}", "default", Guid.NewGuid().ToString(), 0), CgroupParent = $"{machine.Cgroup}/{i}", LogDirectory = machine.Directory };
            SandboxId sandbox = default;
            await MeasureAsync("sandbox", async () => sandbox = ((RunSandboxResult.Running)await machine.Runtime.RunSandboxAsync(spec, Cancel)).Id);
            var container = new ContainerSpec { Name = "main", Image = ContainerdMachine.Busybox, Command = ["sleep", "100"], LogPath = $"{i}.log" };
            ContainerId id = default;
            await MeasureAsync("create container", async () => id = ((CreateContainerResult.Created)await machine.Runtime.CreateContainerAsync(sandbox, container, spec, Cancel)).Id);
            await MeasureAsync("start container", () => machine.Runtime.StartContainerAsync(id, Cancel));
            await MeasureAsync("exec", () => machine.Runtime.ExecSyncAsync(id, ["true"], TimeSpan.FromSeconds(5), Cancel));
            await MeasureAsync("stop sandbox", () => machine.Runtime.StopSandboxAsync(sandbox, Cancel));
        }
    }

    private static async Task MeasureAsync(string what, Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        await TestContext.Progress.WriteLineAsync($"{what}: {watch.ElapsedMilliseconds} ms");
    }
}
