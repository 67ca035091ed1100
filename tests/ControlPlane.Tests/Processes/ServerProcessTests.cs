using ControlPlane.TestKit;

namespace ControlPlane.Host.Tests.Processes;

/// <summary>How the program starts, ends and refuses to start.</summary>
public sealed class ServerProcessTests
{
    [Test]
    public async Task It_says_when_it_is_ready_ends_with_0_on_a_signal_and_goes_on_where_it_stopped()
    {
        using var data = new TemporaryDirectory();
        for (var start = 0; start < 2; start++)
        {
            await using var server = await ServerProcess.StartAsync(data.Path);
            Assert.That(server.Said, Does.Match(@"(?m)^ControlPlane is ready after [0-9.]+ s\. Use it with: export KUBECONFIG=" + data["admin.conf"]));
            Assert.That(await server.TerminateAsync(), Is.Zero, server.Said);
        }
    }

    [Test]
    public async Task A_second_start_on_a_data_directory_in_use_is_refused()
    {
        using var data = new TemporaryDirectory();
        await using var first = await ServerProcess.StartAsync(data.Path);
        var (code, said) = await ServerProcess.FailAsync(data.Path, FreePort.Take(1)[0]);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(said, Is.EqualTo($"controlplane: another server (process {first.Id}) runs on {data.Path} already: stop it, or choose another directory with --data-dir{Environment.NewLine}"));
        await first.KillAsync();
        await using var next = await ServerProcess.StartAsync(data.Path);
    }

    [Test]
    public async Task A_port_in_use_is_refused()
    {
        using var data = new TemporaryDirectory();
        using var other = new TemporaryDirectory();
        await using var first = await ServerProcess.StartAsync(data.Path);
        var (code, said) = await ServerProcess.FailAsync(other.Path, first.Port);
        Assert.That(code, Is.EqualTo(1));
        Assert.That(said, Does.Contain($"another program listens on 127.0.0.1:{first.Port} already: choose another port with --secure-port"));
    }

    [Test]
    public async Task All_wrong_flags_are_told_and_nothing_is_started()
    {
        using var data = new TemporaryDirectory();
        var (code, said) = await ServerProcess.FailAsync(data["new"], 1, "--feature-gates=X=true", "--max-requests-inflight=-1");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(said.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(2));
        Assert.That(Directory.Exists(data["new"]), Is.False);
    }
}
