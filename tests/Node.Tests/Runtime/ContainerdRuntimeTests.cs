using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using ControlPlane.Node.Images;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Cri;
using ControlPlane.TestKit;

namespace ControlPlane.Node.Tests.Runtime;

/// <summary>The contract, and what only real containers can show, on this machine's containerd.</summary>
internal sealed class ContainerdRuntimeTests : ContainerRuntimeContract
{
    // A shell as first process ignores SIGTERM unless it traps it; sleep in the background lets the trap run at once.
    private const string ObedientScript = "trap 'exit 143' TERM; sleep 1000 & wait";

    private ContainerdMachine _machine = null!;

    protected override IContainerRuntime Runtime => _machine.Runtime;

    protected override string Image => ContainerdMachine.Busybox;

    [OneTimeSetUp]
    public async Task StartAsync() => _machine = await ContainerdMachine.StartAsync();

    [OneTimeTearDown]
    public async Task EndAsync()
    {
        if (_machine is not null)
            await _machine.DisposeAsync();
    }

    protected override async Task ProvideImageAsync(string image)
    {
        if (await Runtime.FindImageAsync(image, Cancel) is null)
            await new OciImport(_machine.Runtime, TimeProvider.System).ImportAsync(_machine.WriteBusyboxArchive(image), null, Cancel);
    }

    protected override ContainerSpec Obedient(string name) => Shell(name, ObedientScript);

    protected override ContainerSpec Ending(string name, int code) => Shell(name, $"exit {code}");

    protected override ContainerSpec Unstartable(string name) => Shell(name, "") with { Command = ["/no/such/program"], Arguments = [] };

    protected override string LogDirectory(string pod) => Path.Combine(_machine.Directory, "logs", pod);

    protected override string CgroupParent(string pod) => $"{_machine.Cgroup}/{pod}";

    private ContainerSpec Shell(string name, string script) => new() { Name = name, Image = Image, Command = ["sh", "-c"], Arguments = [script], LogPath = name + ".log" };

    private async Task<string[]> LogOfAsync(ContainerSpec spec, SandboxSpec? sandbox = null)
    {
        sandbox ??= NewSandbox();
        Directory.CreateDirectory(sandbox.LogDirectory);
        await ExitedAsync(await StartAsync(await RunAsync(sandbox), sandbox, spec));
        return await File.ReadAllLinesAsync(Path.Combine(sandbox.LogDirectory, spec.LogPath), Cancel);
    }

    private static string Text(string logLine) => logLine.Split(' ', 4)[3];

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    [Test]
    public async Task Output_is_logged_in_the_CRI_form()
    {
        var lines = await LogOfAsync(Shell("main", "echo out; sleep 0.1; echo err >&2"));
        Assert.That(lines, Has.Length.EqualTo(2));
        Assert.That(lines[0], Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d) stdout F out$"));
        Assert.That(lines[1], Does.Match(@" stderr F err$"));
    }

    [Test]
    public async Task Command_arguments_environment_and_directory_are_as_asked()
    {
        var spec = Shell("main", "") with
        {
            Command = ["sh", "-c", "echo $0 $1 $GREETING; pwd; hostname"],
            Arguments = ["first", "second"],
            Environment = [new("GREETING", "hello world = 1")],
            WorkingDirectory = "/tmp",
        };
        var sandbox = NewSandbox();
        Assert.That((await LogOfAsync(spec, sandbox)).Select(Text), Is.EqualTo(["first second hello world = 1", "/tmp", sandbox.Identity.Name]));
    }

    [Test]
    public async Task Mounts_show_the_host_and_can_be_read_only()
    {
        var host = Directory.CreateDirectory(Path.Combine(_machine.Directory, "volume")).FullName;
        await File.WriteAllTextAsync(Path.Combine(host, "given"), "from the host\n", Cancel);
        var spec = Shell("main", "cat /rw/given; echo from inside >/rw/made; touch /ro/refused 2>/dev/null || echo read-only") with
        {
            Mounts = [new Mount("/rw", host), new Mount("/ro", host) { ReadOnly = true, Propagation = MountPropagation.HostToContainer }],
        };
        Assert.That((await LogOfAsync(spec)).Select(Text), Is.EqualTo(["from the host", "read-only"]));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(host, "made"), Cancel), Is.EqualTo("from inside\n"));
    }

    [Test]
    public async Task Security_settings_are_in_force()
    {
        var spec = Shell("main", "id -u; id -g; id -G; grep NoNewPrivs /proc/self/status; grep CapEff /proc/self/status; touch /refused 2>/dev/null || echo read-only") with
        {
            Security = new SecurityContext
            {
                RunAsUser = 1234,
                RunAsGroup = 4321,
                SupplementalGroups = [77],
                NoNewPrivileges = true,
                ReadOnlyRootFilesystem = true,
                DropCapabilities = ["ALL"],
            },
        };
        var lines = (await LogOfAsync(spec)).Select(Text).ToArray();
        Assert.That(lines, Is.EqualTo(["1234", "4321", "4321 77", "NoNewPrivs:\t1", "CapEff:\t0000000000000000", "read-only"]));
    }

    [Test]
    public async Task Resources_become_limits_and_can_be_changed()
    {
        var sandbox = NewSandbox();
        var spec = Obedient("main") with { Resources = new ContainerResources { MemoryLimit = 64 << 20, CpuShares = 512, CpuQuota = 50_000, CpuPeriod = 100_000, OomScoreAdjust = 500 } };
        var id = await StartAsync(await RunAsync(sandbox), sandbox, spec);
        Assert.That(await RunInsideAsync(id, "cat /proc/1/oom_score_adj"), Is.EqualTo("500"));
        const string limit = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";
        Assert.That(await RunInsideAsync(id, limit), Is.EqualTo((64 << 20).ToString()));
        Assert.That(await Runtime.UpdateContainerResourcesAsync(id, new ContainerResources { MemoryLimit = 96 << 20 }, Cancel), Is.True);
        Assert.That(await RunInsideAsync(id, limit), Is.EqualTo((96 << 20).ToString()));
    }

    [Test]
    public async Task A_container_over_its_memory_limit_was_OOMKilled()
    {
        var sandbox = NewSandbox();
        var spec = Shell("main", "dd if=/dev/zero of=/dev/null bs=200M count=1") with { Resources = new ContainerResources { MemoryLimit = 32 << 20, MemorySwapLimit = 32 << 20 } };
        var exited = await ExitedAsync(await StartAsync(await RunAsync(sandbox), sandbox, spec));
        Assert.That((exited.ExitCode, exited.Reason), Is.EqualTo((137, "OOMKilled")));
    }

    [Test]
    public async Task A_command_tells_output_and_exit_code_or_that_its_time_was_over()
    {
        var sandbox = NewSandbox();
        var id = await StartAsync(await RunAsync(sandbox), sandbox, Obedient("main"));
        var exited = (ExecSyncResult.Exited)await Runtime.ExecSyncAsync(id, ["sh", "-c", "echo out; echo err >&2; exit 5"], TimeSpan.FromSeconds(10), Cancel);
        Assert.That((exited.Code, Text(exited.Output), Text(exited.Error)), Is.EqualTo((5, "out\n", "err\n")));
        Assert.That(await Runtime.ExecSyncAsync(id, ["sleep", "100"], TimeSpan.FromSeconds(1), Cancel), Is.InstanceOf<ExecSyncResult.TimedOut>());
        Assert.That(await Runtime.ExecSyncAsync(id, ["/no/such/program"], TimeSpan.FromSeconds(10), Cancel), Is.InstanceOf<ExecSyncResult.Failed>());
    }

    [Test]
    public async Task A_container_that_ignores_its_signal_is_killed_after_its_grace()
    {
        var sandbox = NewSandbox();
        var id = await StartAsync(await RunAsync(sandbox), sandbox, Shell("main", "trap '' TERM; while true; do sleep 1; done"));
        await Runtime.StopContainerAsync(id, TimeSpan.FromSeconds(1), Cancel);
        Assert.That((await ExitedAsync(id)).ExitCode, Is.EqualTo(137));
    }

    [Test]
    public async Task A_log_is_opened_anew_after_rotation()
    {
        var sandbox = NewSandbox();
        Directory.CreateDirectory(sandbox.LogDirectory);
        var id = await StartAsync(await RunAsync(sandbox), sandbox, Shell("main", "while true; do echo tick; sleep 0.05; done"));
        var log = Path.Combine(sandbox.LogDirectory, "main.log");
        await Eventually.TrueAsync(() => File.Exists(log) && new FileInfo(log).Length > 0);
        File.Move(log, log + ".1");
        Assert.That(await Runtime.ReopenContainerLogAsync(id, Cancel), Is.True);
        await Eventually.TrueAsync(() => File.Exists(log) && new FileInfo(log).Length > 0);
    }

    [Test]
    public async Task The_host_and_other_pods_reach_a_pod_by_its_address()
    {
        var server = NewSandbox();
        var sandbox = await RunAsync(server);
        await StartAsync(sandbox, server, Shell("main", "mkdir /www; echo served >/www/index.html; exec httpd -f -p 8080 -h /www"));
        var address = (await Runtime.InspectSandboxAsync(sandbox, Cancel))!.Addresses[0];
        Assert.That(_machine.PodRange.Contains(address), Is.True);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.TrueAsync(async () => await FetchAsync(http, $"http://{address}:8080/") == "served\n");
        Assert.That((await LogOfAsync(Shell("client", $"wget -q -O - http://{address}:8080/"))).Select(Text), Is.EqualTo(["served"]));
    }

    [Test]
    public async Task A_host_port_leads_into_the_pod()
    {
        var port = FreePort.Take(1)[0];
        var server = NewSandbox() with { PortMappings = [new PortMapping(PortProtocol.Tcp, 8080, port)] };
        await StartAsync(await RunAsync(server), server, Shell("main", "mkdir /www; echo served >/www/index.html; exec httpd -f -p 8080 -h /www"));
        var node = NetworkInterface.GetAllNetworkInterfaces().Single(one => one.Name == _machine.Bridge).GetIPProperties().UnicastAddresses
            .First(one => one.Address.AddressFamily == AddressFamily.InterNetwork).Address;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Eventually.TrueAsync(async () => await FetchAsync(http, $"http://{node}:{port}/") == "served\n");
    }

    [Test]
    public async Task Pods_can_have_the_hosts_network_and_share_their_processes()
    {
        var sandboxSpec = NewSandbox() with
        {
            Hostname = "",
            Security = new SecurityContext { Namespaces = new NamespaceOptions { Network = NamespaceMode.Node, Pid = NamespaceMode.Pod } },
        };
        var sandbox = await RunAsync(sandboxSpec);
        Assert.That((await Runtime.InspectSandboxAsync(sandbox, Cancel))!.Addresses, Is.Empty);
        var id = await StartAsync(sandbox, sandboxSpec, Obedient("main") with { Security = sandboxSpec.Security });
        Assert.That(await RunInsideAsync(id, "readlink /proc/self/ns/net"), Is.EqualTo(new FileInfo("/proc/self/ns/net").LinkTarget));
        Assert.That(await RunInsideAsync(id, "tr '\\0' ' ' </proc/1/cmdline"), Is.EqualTo("/pause"));
    }

    [Test]
    public async Task The_sandbox_program_reaps_orphans_of_a_shared_process_namespace()
    {
        var sandboxSpec = NewSandbox() with { Security = new SecurityContext { Namespaces = new NamespaceOptions { Pid = NamespaceMode.Pod } } };
        var id = await StartAsync(await RunAsync(sandboxSpec), sandboxSpec, Obedient("main") with { Security = sandboxSpec.Security });
        await RunInsideAsync(id, "for i in 1 2 3 4 5; do (sleep 0.0$i & ); done");
        await Eventually.TrueAsync(async () => await RunInsideAsync(id, "cat /proc/[0-9]*/stat | grep sleep") is var sleepers && sleepers.Contains("(sleep) S") && !sleepers.Contains('\n'));
    }

    [Test]
    public async Task Sysctls_DNS_and_a_cgroup_of_the_pod_are_as_asked()
    {
        var sandboxSpec = NewSandbox() with
        {
            Sysctls = new Dictionary<string, string> { ["net.ipv4.ip_local_port_range"] = "20000 20100" },
            Dns = new DnsConfig(["10.96.0.10"], ["default.svc.cluster.local", "cluster.local"], ["ndots:5"]),
        };
        var id = await StartAsync(await RunAsync(sandboxSpec), sandboxSpec, Obedient("main"));
        Assert.That(await RunInsideAsync(id, "cat /proc/sys/net/ipv4/ip_local_port_range"), Is.EqualTo("20000\t20100"));
        Assert.That(await RunInsideAsync(id, "cat /etc/resolv.conf"), Is.EqualTo("search default.svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5"));
        Assert.That(Directory.Exists("/sys/fs/cgroup/memory" + sandboxSpec.CgroupParent) || Directory.Exists("/sys/fs/cgroup" + sandboxSpec.CgroupParent), Is.True);
    }

    [Test]
    public async Task Streams_are_prepared_where_the_container_runs()
    {
        var sandboxSpec = NewSandbox();
        var sandbox = await RunAsync(sandboxSpec);
        var id = await StartAsync(sandbox, sandboxSpec, Obedient("main"));
        var exec = await Runtime.ExecAsync(id, new ExecRequest(["true"], Tty: false, Stdin: false, Stdout: true, Stderr: true), Cancel);
        Assert.That((exec as StreamingResult.Ready)?.Url.Scheme, Is.EqualTo("http"));
        Assert.That(await Runtime.AttachAsync(id, new AttachRequest(false, false, true, true), Cancel), Is.InstanceOf<StreamingResult.Ready>());
        Assert.That(await Runtime.PortForwardAsync(sandbox, [80], Cancel), Is.InstanceOf<StreamingResult.Ready>());
    }

    [Test]
    public async Task A_prepared_command_is_carried_by_a_WebSocket()
    {
        var sandboxSpec = NewSandbox();
        var id = await StartAsync(await RunAsync(sandboxSpec), sandboxSpec, Obedient("main"));
        var exec = (StreamingResult.Ready)await Runtime.ExecAsync(id, new ExecRequest(["sh", "-c", "echo streamed"], Tty: false, Stdin: false, Stdout: true, Stderr: true), Cancel);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v4.channel.k8s.io");
        await socket.ConnectAsync(new UriBuilder(exec.Url) { Scheme = "ws" }.Uri, Cancel);
        var output = new StringBuilder();
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, Cancel) is { MessageType: not WebSocketMessageType.Close } message)
        {
            if (buffer[0] == 1) // the channel of standard output
                output.Append(Encoding.UTF8.GetString(buffer, 1, message.Count - 1));
        }
        Assert.That(output.ToString(), Is.EqualTo("streamed\n"));
    }

    [Test]
    public async Task A_pull_from_a_registry_that_does_not_exist_fails_with_its_reason()
    {
        var result = await Runtime.PullImageAsync("127.0.0.1:1/none:1", null, NewSandbox(), Cancel);
        Assert.That((result as PullImageResult.Failed)?.Message, Does.Contain("127.0.0.1:1"));
    }

    [Test]
    public async Task A_new_client_finds_all_that_an_earlier_one_made()
    {
        var spec = NewSandbox();
        var sandbox = await RunAsync(spec);
        var id = await StartAsync(sandbox, spec, Obedient("main"));
        await using var later = _machine.Connect();
        Assert.That((await later.ListSandboxesAsync(new SandboxFilter { Id = sandbox }, Cancel))[0].Identity, Is.EqualTo(spec.Identity));
        Assert.That((await later.InspectContainerAsync(id, Cancel))!.State, Is.EqualTo(ContainerState.Running));
    }

    [Test]
    public async Task A_runtime_that_does_not_answer_is_told_as_unavailable()
    {
        await using var nobody = new CriRuntime(Path.Combine(_machine.Directory, "nobody.sock"), new CriLimits(), TimeProvider.System);
        var error = await Assert.ThrowsAsync<RuntimeException>(() => nobody.GetVersionAsync(Cancel));
        Assert.That(error!.Failure, Is.EqualTo(RuntimeFailure.Unavailable));
    }

    private async Task<string> RunInsideAsync(ContainerId id, string script)
    {
        var result = await Runtime.ExecSyncAsync(id, ["sh", "-c", script], TimeSpan.FromSeconds(20), Cancel);
        return result is ExecSyncResult.Exited exited ? Text(exited.Output).Trim() : throw new AssertionException(result.ToString());
    }

    private static async Task<string> FetchAsync(HttpClient http, string url)
    {
        try
        {
            return await http.GetStringAsync(url, Cancel);
        }
        catch (HttpRequestException error)
        {
            return error.Message;
        }
    }
}
