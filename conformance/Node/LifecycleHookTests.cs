using ControlPlane.Conformance.Network;

namespace ControlPlane.Conformance.Node;

/// <summary>What is done after a container has started and before it is stopped.</summary>
internal sealed class LifecycleHookTests
{
    [Test, Conformance("[sig-node] Container Lifecycle Hook when create a pod with lifecycle hook should execute poststart exec hook properly [NodeConformance] [Conformance]")]
    public async Task A_command_runs_after_the_start()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one", "lifecycle: {postStart: {exec: {command: [sh, -c, 'echo hooked > /hooked']}}}"));
        Assert.That((await scratch.ExecAsync("one", "cat /hooked")).Output, Is.EqualTo("hooked\n"));
    }

    [Test, Conformance("[sig-node] Container Lifecycle Hook when create a pod with lifecycle hook should execute poststart http hook properly [NodeConformance] [Conformance]")]
    public async Task A_request_is_sent_after_the_start()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await ServerAsync(scratch);
        await scratch.ReadyAsync(PodRuns.Idle("one", $"lifecycle: {{postStart: {{httpGet: {{path: /echo?msg=poststart, host: {server}, port: 8080}}}}}}"));
        await scratch.PrintsAsync("server", "GET /echo?msg=poststart");
    }

    [Test, Conformance("[sig-node] Container Lifecycle Hook when create a pod with lifecycle hook should execute prestop exec hook properly [NodeConformance] [Conformance]")]
    public async Task A_command_runs_before_the_stop()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await ServerAsync(scratch);
        await scratch.ReadyAsync(PodRuns.Idle("one", $"lifecycle: {{preStop: {{exec: {{command: [sh, -c, 'echo \"GET /prestop HTTP/1.0\" | nc {server} 8080']}}}}}}"));
        await scratch.Pods.DeleteAsync("one", "gracePeriodSeconds=15");
        await scratch.Pods.UntilGoneAsync("one");
        await scratch.PrintsAsync("server", "GET /prestop");
    }

    [Test, Conformance("[sig-node] Container Lifecycle Hook when create a pod with lifecycle hook should execute prestop http hook properly [NodeConformance] [Conformance]")]
    public async Task A_request_is_sent_before_the_stop()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await ServerAsync(scratch);
        await scratch.ReadyAsync(PodRuns.Idle("one", $"lifecycle: {{preStop: {{httpGet: {{path: /echo?msg=prestop, host: {server}, port: 8080}}}}}}"));
        await scratch.Pods.DeleteAsync("one", "gracePeriodSeconds=15");
        await scratch.Pods.UntilGoneAsync("one");
        await scratch.PrintsAsync("server", "GET /echo?msg=prestop");
    }

    [Test, Conformance("[sig-node] PreStop should call prestop when killing a pod [Conformance]")]
    public async Task The_hook_before_the_stop_runs_while_the_container_still_does()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await ServerAsync(scratch);
        // The container's own loop reports what the hook has left: both were alive together.
        await scratch.ReadyAsync(PodRuns.Yaml(
            "one", $"while true; do [ -e /stopping ] && echo 'GET /seen HTTP/1.0' | nc {server} 8080 && touch /reported; sleep 0.2; done",
            "lifecycle: {preStop: {exec: {command: [sh, -c, 'touch /stopping; for i in $(seq 100); do [ -e /reported ] && exit; sleep 0.1; done']}}}"));
        await scratch.Pods.DeleteAsync("one", "gracePeriodSeconds=30");
        await scratch.PrintsAsync("server", "GET /seen");
        await scratch.Pods.UntilGoneAsync("one");
    }

    // Hooks are not tried again, so the server must be listening before.
    private static async Task<string> ServerAsync(Scratch scratch)
    {
        var server = await scratch.ReadyAsync(Traffic.TcpServer("server", 8080));
        await scratch.ReadyAsync(Traffic.Client("client"));
        await scratch.AnswersAsync("client", $"tcp {server.Status.PodIP} 8080", ["server"]);
        return server.Status.PodIP;
    }
}
