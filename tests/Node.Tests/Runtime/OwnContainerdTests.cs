using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Cri.Containerd;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Node.Tests.Runtime;

internal sealed class OwnContainerdTests
{
    private static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Pods_survive_the_death_of_the_agent_and_of_containerd()
    {
        await using var machine = await ContainerdMachine.StartAsync(DoomedAgent.StartContainerdAndDieAsync);
        var container = await RunSleeperAsync(machine);

        await machine.Own.StopAsync(Cancel);
        Assert.That(await RuntimeEndpoint.AnswersAsync(machine.Own.Endpoint, TimeProvider.System, Cancel), Is.False);
        await machine.RestartAsync();

        await using var later = machine.Connect();
        var status = await later.InspectContainerAsync(container, Cancel);
        Assert.That(status?.State, Is.EqualTo(ContainerState.Running));
        Assert.That(await later.ExecSyncAsync(container, ["true"], TimeSpan.FromSeconds(10), Cancel), Is.InstanceOf<ExecSyncResult.Exited>());
    }

    [Test]
    public async Task A_second_start_finds_the_first_running()
    {
        await using var machine = await ContainerdMachine.StartAsync();
        var options = ContainerdMachine.Options(machine.Directory);
        var pid = await File.ReadAllTextAsync(options.PidFile, Cancel);
        await new OwnContainerd(options, TimeProvider.System, NullLogger.Instance).EnsureAsync(Cancel);
        Assert.That(await File.ReadAllTextAsync(options.PidFile, Cancel), Is.EqualTo(pid));
    }

    [Test]
    public async Task A_program_that_fails_is_told_with_what_it_said()
    {
        using var directory = new TestKit.TemporaryDirectory();
        var own = new OwnContainerd(ContainerdMachine.Options(directory.Path) with { Program = "/bin/ls" }, TimeProvider.System, NullLogger.Instance);
        var error = await Assert.ThrowsAsync<RuntimeException>(() => own.EnsureAsync(Cancel));
        Assert.That(error!.Message, Does.Contain("--config"));
        await own.StopAsync(Cancel);
    }

    private static async Task<ContainerId> RunSleeperAsync(ContainerdMachine machine)
    {
        var spec = new SandboxSpec
        {
            Identity = new SandboxIdentity("survivor", "default", Guid.NewGuid().ToString(), 0),
            LogDirectory = machine.Directory,
            CgroupParent = machine.Cgroup + "/survivor",
        };
        var sandbox = ((RunSandboxResult.Running)await machine.Runtime.RunSandboxAsync(spec, Cancel)).Id;
        var container = new ContainerSpec { Name = "main", Image = ContainerdMachine.Busybox, Command = ["sleep", "1000"], LogPath = "main.log" };
        var created = (CreateContainerResult.Created)await machine.Runtime.CreateContainerAsync(sandbox, container, spec, Cancel);
        Assert.That(await machine.Runtime.StartContainerAsync(created.Id, Cancel), Is.InstanceOf<StartContainerResult.Started>());
        return created.Id;
    }
}
