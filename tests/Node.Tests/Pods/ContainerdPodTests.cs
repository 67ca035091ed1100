using System.Net;
using System.Net.WebSockets;
using System.Text;
using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Tests.Runtime;
using ControlPlane.ServerKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Tests.Pods;

/// <summary>Pods from the API to real containers and back.</summary>
internal sealed class ContainerdPodTests
{
    private const string Forever = "trap 'exit 143' TERM; echo started; while true; do sleep 1 & wait $!; done";

    private ContainerdMachine _machine = null!;
    private ApiServerFixture _server = null!;
    private NodeMachine _node = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _machine = await ContainerdMachine.StartAsync();
        _server = await ApiServerFixture.StartAsync();
        _node = new NodeMachine(_server, _machine.Runtime, _machine.PodRange, new NodeAgentOptions
        {
            NodeName = "node-1",
            Addresses = [IPAddress.Loopback],
            DataDirectory = Path.Combine(_machine.Directory, "data"),
            LogDirectory = Path.Combine(_machine.Directory, "pod-logs"),
            Bridge = _machine.Bridge,
            Port = 0,
            ServingCertificate = _server.Pki.KubeletServingCertificate("node-1", [IPAddress.Loopback]),
            ClientAuthority = _server.Pki.Authority.Certificate,
            ProxiesServices = false,
        });
        await _node.StartAgentAsync();
    }

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    [Test]
    public async Task A_pod_runs_with_an_address_and_its_config_and_goes_within_its_grace()
    {
        await _node.Api.CreateAsync(new ConfigMap { Metadata = new ObjectMeta { Namespace = "default", Name = "settings" }, Data = ValueMap.Of("color", "green") }, NodeMachine.Cancel);
        var container = Shell("main", "cat /settings/color; echo \" $COLOR $WHERE\"; " + Forever) with
        {
            VolumeMounts = [new VolumeMount { Name = "settings", MountPath = "/settings" }, new VolumeMount { Name = "scratch", MountPath = "/scratch" }],
            Env =
            [
                new EnvVar { Name = "COLOR", ValueFrom = new EnvVarSource { ConfigMapKeyRef = new ConfigMapKeySelector { Name = "settings", Key = "color" } } },
                new EnvVar { Name = "WHERE", ValueFrom = new EnvVarSource { FieldRef = new ObjectFieldSelector { FieldPath = "metadata.name" } } },
            ],
        };
        var pod = _node.NewPod("runs", container);
        await _node.Api.CreateAsync(pod with
        {
            Spec = pod.Spec with
            {
                Volumes =
                [
                    new Volume { Name = "settings", ConfigMap = new ConfigMapVolumeSource { Name = "settings" } },
                    new Volume { Name = "scratch", EmptyDir = new EmptyDirVolumeSource() },
                ],
            },
        }, NodeMachine.Cancel);

        var running = await _node.UntilAsync("runs", IsReady);
        Assert.That(_machine.PodRange.Contains(IPAddress.Parse(running.Status.PodIP)), running.Status.PodIP);
        Assert.That(running.Status.ContainerStatuses[0].ContainerID, Does.StartWith("containerd://"));
        Assert.That(await LogOf(running, "main"), Does.StartWith("green green runs"));

        await _node.Api.DeleteAsync(running, Deletion.Default, NodeMachine.Cancel);
        await _node.GoneAsync("runs");
        var directory = Path.Combine(_machine.Directory, "data", "node", "pods", running.Metadata.Uid);
        await TestKit.Eventually.TrueAsync(() => Task.FromResult(!Directory.Exists(directory)));
    }

    [Test]
    public async Task A_container_that_fails_is_started_again_after_a_pause()
    {
        await _node.Api.CreateAsync(_node.NewPod("crashes", Shell("main", "echo no > /dev/termination-log; exit 3")), NodeMachine.Cancel);
        var pod = await _node.UntilAsync("crashes", one => one.Status.ContainerStatuses is [{ State.Waiting.Reason: "CrashLoopBackOff" }]);
        var status = pod.Status.ContainerStatuses[0];
        Assert.That(status.LastState.Terminated, Is.Not.Null);
        Assert.That(status.LastState.Terminated!.ExitCode, Is.EqualTo(3));
        Assert.That(status.LastState.Terminated.Message, Is.EqualTo("no\n"));
        Assert.That(status.State.Waiting!.Message, Is.EqualTo($"back-off 10s restarting failed container=main pod=crashes_default({pod.Metadata.Uid})"));
        await _node.Api.DeleteAsync(pod, Deletion.Default, NodeMachine.Cancel);
        await _node.GoneAsync("crashes");
    }

    [Test]
    public async Task A_new_agent_goes_on_with_what_runs()
    {
        await _node.Api.CreateAsync(_node.NewPod("stays", Shell("main", Forever)), NodeMachine.Cancel);
        var before = await _node.UntilAsync("stays", IsReady);
        await _node.StopAgentAsync();
        await _node.StartAgentAsync();
        await _node.Api.CreateAsync(_node.NewPod("later", Shell("main", Forever)), NodeMachine.Cancel);
        await _node.UntilAsync("later", IsReady);
        var after = await _node.UntilAsync("stays", IsReady);
        Assert.That(after.Status.ContainerStatuses[0].ContainerID, Is.EqualTo(before.Status.ContainerStatuses[0].ContainerID));
        Assert.That(after.Status.ContainerStatuses[0].RestartCount, Is.Zero);
        await _node.Api.DeleteAsync(after, Deletion.Default, NodeMachine.Cancel);
        await _node.GoneAsync("stays");
    }

    [Test]
    public async Task Logs_and_commands_reach_a_container_through_the_API()
    {
        await _node.Api.CreateAsync(_node.NewPod("talks", Shell("main", "echo one; echo two; " + Forever)), NodeMachine.Cancel);
        var pod = await _node.UntilAsync("talks", IsReady);
        await TestKit.Eventually.TrueAsync(async () => await _server.Admin.GetStringAsync("api/v1/namespaces/default/pods/talks/log") == "one\ntwo\nstarted\n");
        Assert.That(await _server.Admin.GetStringAsync("api/v1/namespaces/default/pods/talks/log?tailLines=2"), Is.EqualTo("two\nstarted\n"));

        var said = await RunOverSocketAsync("exec?command=sh&command=-c&command=echo%20hello;%20cat;%20exit%204&stdin=1&stdout=1&stderr=1", "v5.channel.k8s.io", "typed");
        Assert.That(said[1], Is.EqualTo("hello\ntyped"));
        Assert.That(said[3], Does.Contain("\"reason\":\"NonZeroExitCode\"").And.Contain("\"reason\":\"ExitCode\",\"message\":\"4\""));

        var following = _server.Admin.GetStringAsync("api/v1/namespaces/default/pods/talks/log?follow=true");
        await _node.Api.DeleteAsync(pod, Deletion.Default, NodeMachine.Cancel);
        Assert.That(await following, Is.EqualTo("one\ntwo\nstarted\n"), "following ends with the container");
        await _node.GoneAsync("talks");
    }

    /// <summary>Types at a command of the pod and closes its input; gives what came on each channel until the server closed.</summary>
    private async Task<Dictionary<byte, string>> RunOverSocketAsync(string request, string protocol, string typed)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        await socket.ConnectAsync(new UriBuilder(new Uri(_server.Address, "api/v1/namespaces/default/pods/talks/" + request)) { Scheme = "wss" }.Uri, _server.Admin, NodeMachine.Cancel);
        await socket.SendAsync(Encoding.UTF8.GetBytes("\0" + typed), WebSocketMessageType.Binary, true, NodeMachine.Cancel);
        await socket.SendAsync(new byte[] { 255, 0 }, WebSocketMessageType.Binary, true, NodeMachine.Cancel); // stdin is closed
        var said = new Dictionary<byte, string>();
        var message = new byte[64 << 10];
        while (await socket.ReceiveAsync(message, NodeMachine.Cancel) is { MessageType: WebSocketMessageType.Binary } part)
            said[message[0]] = said.GetValueOrDefault(message[0], "") + Encoding.UTF8.GetString(message, 1, part.Count - 1);
        return said;
    }

    private static bool IsReady(Pod pod) => pod.Status.Phase == "Running" && pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    private static Container Shell(string name, string script) => new()
    {
        Name = name,
        Image = ContainerdMachine.Busybox,
        Command = ["sh", "-c", script],
        TerminationMessagePath = "/dev/termination-log",
    };

    private async Task<string> LogOf(Pod pod, string container)
    {
        var directory = Path.Combine(_machine.Directory, "pod-logs", $"{pod.Metadata.Namespace}_{pod.Metadata.Name}_{pod.Metadata.Uid}", container);
        await TestKit.Eventually.TrueAsync(() => Task.FromResult(File.Exists(Path.Combine(directory, "0.log")) && File.ReadAllLines(Path.Combine(directory, "0.log")).Length > 0));
        return string.Join('\n', File.ReadAllLines(Path.Combine(directory, "0.log")).Select(line => line.Split(' ', 4)[3]));
    }
}
