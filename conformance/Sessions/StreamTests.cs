using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ControlPlane.TestKit;
using k8s;

namespace ControlPlane.Conformance.Sessions;

/// <summary>
/// Commands, files and ports, with each release of kubectl that streams in a way of its own: SPDY for all (to 1.29), WebSocket for commands and SPDY for ports
/// (1.30), WebSocket for all with SPDY inside of it for ports (from 1.31).
/// </summary>
internal sealed partial class StreamTests
{
    private const int FileBytes = 5 << 20;

    private static readonly string[] ShellExit3 = ["sh", "-c", "echo out; exit 3"];
    private static readonly int[] WebPort = [8080];

    private static IEnumerable<TestCaseData> Releases => KubectlReleases.All;

    [TestCaseSource(nameof(Releases))]
    public async Task A_file_goes_through_a_command_and_comes_back_whole(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "sleep 100000");
        using var files = new TemporaryDirectory();
        var sum = await MakeAsync(files["in"]);
        await scratch.RunWithFilesAsync(files["in"], files["out"], "exec", "-i", "main", "--", "cat");
        Assert.That(await SumAsync(files["out"]), Is.EqualTo(sum));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task Files_are_copied_into_a_pod_and_out_of_it(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "sleep 100000");
        using var files = new TemporaryDirectory();
        var sum = await MakeAsync(files["in"]);
        await scratch.RunAsync("cp", files["in"], "main:/tmp/there");
        Assert.That(await scratch.RunAsync("exec", "main", "--", "sha256sum", "/tmp/there"), Does.StartWith(sum));
        await scratch.RunAsync("cp", "main:/tmp/there", files["back"]);
        Assert.That(await SumAsync(files["back"]), Is.EqualTo(sum));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task Output_errors_and_the_exit_code_of_a_command_come_back(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "sleep 100000");
        var failed = await scratch.TryAsync("exec", "main", "--", "sh", "-c", "echo out; echo oops >&2; exit 7");
        Assert.That(failed, Is.EqualTo((7, "out\n", "oops\ncommand terminated with exit code 7\n")));
        var (code, _, error) = await scratch.TryAsync("exec", "main", "--", "no-such-program");
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain("no-such-program").And.Contain("executable file not found"));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task Attaching_feeds_the_first_process_until_the_input_ends(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "while read line; do echo got $line; done; echo bye; sleep 1", "stdin: true, stdinOnce: true");
        Assert.That(await scratch.WithInputAsync("one\ntwo\n", "attach", "-i", "main"), Does.EndWith("got one\ngot two\nbye\n"));
        await scratch.RunAsync("wait", "pod/main", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
    }

    [TestCaseSource(nameof(Releases))]
    public async Task Attaching_with_a_terminal_types_at_the_first_process(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "exec sh -i", "stdin: true, tty: true");
        Assert.That(await scratch.InTerminalAsync("echo typed-$((40+2))\nexit\n", "attach", "-it", "main"), Does.Contain("typed-42"));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task A_command_sees_the_size_of_its_terminal(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "sleep 100000");
        // The size follows the start; a command that asks at once may be too early.
        const string Ask = "until stty size | grep -q '^33 77'; do sleep 0.1; done; echo sized";
        Assert.That(await scratch.InTerminalAsync((33, 77), "exec", "-it", "main", "--", "timeout", "60", "sh", "-c", Ask), Does.Contain("sized"));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task A_command_ends_with_the_client_that_fed_it(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "sleep 100000");
        using (var client = scratch.Start("exec", "-i", "main", "--", "sh", "-c", "echo ready; exec cat"))
        {
            Assert.That(await client.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)), Is.EqualTo("ready"));
            client.Kill();
            await client.WaitForExitAsync();
        }
        // Its input ends only when every connection on the way has been closed.
        await Eventually.TrueAsync(async () => !(await scratch.RunAsync("exec", "main", "--", "ps", "-o", "comm")).Split('\n').Contains("cat"));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task A_forwarded_port_serves_many_connections_at_once(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, $"mkdir /www && head -c {FileBytes} /dev/urandom > /www/big && exec httpd -f -p 8080 -h /www");
        await ServesAsync(scratch);
        var sum = (await scratch.RunAsync("exec", "main", "--", "sha256sum", "/www/big")).Split(' ')[0];
        using var forward = scratch.Start("port-forward", "pod/main", ":8080");
        try
        {
            using var http = new HttpClient { BaseAddress = await AddressAsync(forward) };
            var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => http.GetByteArrayAsync(new Uri("big", UriKind.Relative))));
            Assert.That(all.Select(body => Convert.ToHexStringLower(SHA256.HashData(body))), Is.All.EqualTo(sum));
        }
        finally
        {
            forward.Kill();
            await forward.WaitForExitAsync();
        }
    }

    [TestCaseSource(nameof(Releases))]
    public async Task A_port_that_nobody_listens_on_is_told_to_the_client(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "sleep 100000");
        using var forward = scratch.Start("port-forward", "pod/main", ":9");
        try
        {
            using var http = new HttpClient { BaseAddress = await AddressAsync(forward) };
            Assert.That(async () => await http.GetStringAsync(new Uri("", UriKind.Relative)), Throws.InstanceOf<HttpRequestException>());
            var complaints = await forward.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.That(complaints, Does.Contain("an error occurred forwarding").And.Contain("connection refused"));
        }
        finally
        {
            forward.Kill();
            await forward.WaitForExitAsync();
        }
    }

    [TestCaseSource(nameof(Releases))]
    public async Task A_container_that_does_not_run_takes_no_commands(string kubectl)
    {
        await using var scratch = await Scratch.CreateAsync(kubectl);
        await scratch.ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: main}
            spec:
              terminationGracePeriodSeconds: 0
              initContainers: [{name: first, image: {{SharedCluster.Busybox}}, command: [sleep, "100000"]}]
              containers: [{name: main, image: {{SharedCluster.Busybox}}, command: [sleep, "100000"]}]
            """);
        await scratch.RunAsync("wait", "pod/main", "--for=jsonpath={.status.initContainerStatuses[0].started}=true", "--timeout=60s");
        var (_, _, waiting) = await scratch.TryAsync("exec", "main", "-c", "main", "--", "true");
        Assert.That(waiting, Does.EndWith("unable to upgrade connection: container not found (\"main\")\n"));
        var (_, _, unknown) = await scratch.TryAsync("exec", "main", "-c", "other", "--", "true");
        Assert.That(unknown, Is.EqualTo("Error from server (BadRequest): container other is not valid for pod main\n"));
        Assert.That(await scratch.RunAsync("exec", "main", "-c", "first", "--", "echo", "init containers too"), Is.EqualTo("init containers too\n"));
    }

    [TestCaseSource(nameof(Releases))]
    public async Task Who_may_only_read_runs_no_commands(string kubectl)
    {
        await using var scratch = await RunAsync(kubectl, "sleep 100000");
        await scratch.RunAsync("create", "role", "reader", "--verb=get", "--resource=pods,pods/exec");
        await scratch.RunAsync("create", "rolebinding", "reader", "--role=reader", "--user=reader");
        var (code, _, error) = await scratch.TryAsync("exec", "main", "--as=reader", "--", "true");
        Assert.That(code, Is.Not.Zero);
        Assert.That(error, Does.Contain("User \"reader\" cannot create resource \"pods/exec\" in API group \"\" in the namespace"));

        await scratch.RunAsync("create", "role", "runner", "--verb=create,get", "--resource=pods/exec");
        await scratch.RunAsync("create", "rolebinding", "runner", "--role=runner", "--user=reader");
        await scratch.RunAsync("exec", "main", "--as=reader", "--", "true");
    }

    [Test]
    public async Task The_official_client_runs_commands_and_forwards_ports_over_channels()
    {
        await using var scratch = await RunAsync(KubectlReleases.Newest, "mkdir /www && echo found > /www/index.html && exec httpd -f -p 8080 -h /www");
        await ServesAsync(scratch);
        var client = SharedCluster.Client;
        var output = "";
        var code = await client.NamespacedPodExecAsync("main", scratch.Name, "main", ShellExit3, tty: false, async (_, stdout, _) =>
        {
            using var reader = new StreamReader(stdout);
            output = await reader.ReadToEndAsync();
        }, CancellationToken.None);
        Assert.That((code, output), Is.EqualTo((3, "out\n")));

        using var socket = await client.WebSocketNamespacedPodPortForwardAsync("main", scratch.Name, WebPort, "v4.channel.k8s.io");
        using var demuxer = new StreamDemuxer(socket, StreamType.PortForward);
        demuxer.Start();
        await using var port = demuxer.GetStream((byte?)0, (byte?)0);
        await port.WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
        using var answer = new StreamReader(port);
        Assert.That(await answer.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1)), Does.EndWith("found\n"));
    }

    private static async Task<Scratch> RunAsync(string kubectl, string script, string more = "")
    {
        var scratch = await Scratch.CreateAsync(kubectl);
        var rest = more.Length > 0 ? ", " + more : "";
        await scratch.ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: main}
            spec:
              restartPolicy: Never
              terminationGracePeriodSeconds: 0
              containers: [{name: main, image: {{SharedCluster.Busybox}}, command: [sh, -c, "{{script}}"]{{rest}}}]
            """);
        await scratch.RunAsync("wait", "pod/main", "--for=condition=Ready", "--timeout=60s");
        return scratch;
    }

    private static Task ServesAsync(Scratch scratch) =>
        scratch.RunAsync("exec", "main", "--", "timeout", "60", "sh", "-c", "until netstat -ltn | grep -q :8080; do sleep 0.1; done");

    private static async Task<Uri> AddressAsync(Process forward)
    {
        var line = await forward.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        var match = ForwardingLine().Match(line ?? "");
        Assert.That(match.Success, Is.True, line ?? await forward.StandardError.ReadToEndAsync());
        return new Uri($"http://{match.Groups[1].Value}/");
    }

    private static async Task<string> MakeAsync(string path)
    {
        var bytes = new byte[FileBytes];
        new Random(11).NextBytes(bytes);
        await File.WriteAllBytesAsync(path, bytes);
        return await SumAsync(path);
    }

    private static async Task<string> SumAsync(string path)
    {
        await using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }

    [GeneratedRegex(@"^Forwarding from (127\.0\.0\.1:\d+) -> ")]
    private static partial Regex ForwardingLine();
}
