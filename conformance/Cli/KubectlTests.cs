using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance.Cli;

/// <summary>What kubectl does for its users.</summary>
internal sealed partial class KubectlTests
{
    [Test, Conformance("[sig-cli] Kubectl client Kubectl api-versions should check if v1 is in available api versions [Conformance]")]
    public async Task The_versions_of_the_api_are_listed() =>
        Assert.That((await SharedCluster.Kubectl.RunAsync("api-versions")).Split('\n'), Does.Contain("v1").And.Contain("apps/v1"));

    [Test, Conformance("[sig-cli] Kubectl client Kubectl cluster-info should check if Kubernetes control plane services is included in cluster-info [Conformance]")]
    public async Task The_address_of_the_control_plane_is_told() =>
        Assert.That(Colors().Replace(await SharedCluster.Kubectl.RunAsync("cluster-info"), ""), Does.Match("Kubernetes control plane is running at https://"));

    [Test, Conformance("[sig-cli] Kubectl client Kubectl version should check is all data is printed [Conformance]")]
    public async Task Both_versions_are_told() =>
        Assert.That(await SharedCluster.Kubectl.RunAsync("version"), Does.Contain("Client Version: v1.").And.Contain("Server Version: v1.36."));

    [Test, Conformance("[sig-cli] Kubectl client Kubectl diff should check if kubectl diff finds a difference for Deployments [Conformance]")]
    public async Task A_changed_deployment_differs()
    {
        await using var scratch = await Scratch.CreateAsync();
        const string Manifest =
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"IMAGE"}]}}}}
            """;
        await scratch.WithInputAsync(Manifest.Replace("IMAGE", "one:1", StringComparison.Ordinal), "create", "-f", "-");
        var (code, output, _) = await scratch.TryWithInputAsync(Manifest.Replace("IMAGE", "two:2", StringComparison.Ordinal), "diff", "-f", "-");
        Assert.That(code, Is.EqualTo(1));
        Assert.That(output, Does.Match(@"-\s+- image: one:1").And.Match(@"\+\s+- image: two:2"));
    }

    [Test, Conformance("[sig-cli] Kubectl client Kubectl run pod should create a pod from an image when restart is Never [Conformance]")]
    public async Task A_pod_is_run_from_an_image()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RunAsync("run", "one", "--restart=Never", $"--image={SharedCluster.Busybox}");
        var pod = await scratch.Pods.GetAsync("one");
        Assert.That((pod.Spec.Containers.Single().Image, pod.Spec.RestartPolicy), Is.EqualTo((SharedCluster.Busybox, "Never")));
    }

    [Test, Conformance("[sig-cli] Kubectl client Kubectl server-side dry-run should check if kubectl can dry-run update Pods [Conformance]")]
    public async Task A_dry_run_changes_nothing()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RunAsync("run", "one", $"--image={SharedCluster.Busybox}");
        const string Patch = """{"spec":{"containers":[{"name":"one","image":"docker.io/conformance/other:1"}]}}""";
        Assert.That(await scratch.RunAsync("patch", "pod", "one", "-p", Patch, "--dry-run=server"), Does.Contain("pod/one patched"));
        Assert.That((await scratch.Pods.GetAsync("one")).Spec.Containers[0].Image, Is.EqualTo(SharedCluster.Busybox));
    }

    [Test, Conformance("[sig-cli] Kubectl client Kubectl replace should update a single-container pod's image [Conformance]")]
    public async Task A_pods_image_is_replaced()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one"));
        var json = await scratch.RunAsync("get", "pod", "one", "-o", "json");
        await scratch.WithInputAsync(json.Replace($"\"image\": \"{SharedCluster.Busybox}\"", $"\"image\": \"{SharedCluster.NextBusybox}\"", StringComparison.Ordinal), "replace", "-f", "-");
        Assert.That((await scratch.Pods.GetAsync("one")).Spec.Containers[0].Image, Is.EqualTo(SharedCluster.NextBusybox));
    }

    [Test, Conformance("[sig-cli] Kubectl client Kubectl label should update the label on a resource [Conformance]")]
    public async Task A_label_is_put_on_a_pod_and_taken_off()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one"));
        await scratch.RunAsync("label", "pods", "one", "testing-label=testing-label-value");
        Assert.That(await scratch.RunAsync("get", "pod", "one", "-L", "testing-label"), Does.Contain("TESTING-LABEL").And.Contain("testing-label-value"));
        await scratch.RunAsync("label", "pods", "one", "testing-label-");
        Assert.That(await scratch.RunAsync("get", "pod", "one", "-L", "testing-label"), Does.Not.Contain("testing-label-value"));
    }

    [Test, Conformance("[sig-cli] Kubectl logs logs should be able to retrieve and filter logs [Conformance]")]
    public async Task Logs_are_filtered_by_lines_bytes_and_time()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Yaml("one", "for i in $(seq 20); do echo line $i; done; sleep 3; echo last"));
        await scratch.EndedAsync("one");
        Assert.That((await scratch.RunAsync("logs", "one", "main")).Split('\n'), Has.Length.EqualTo(22));
        Assert.That(await scratch.RunAsync("logs", "one", "main", "--tail=1"), Is.EqualTo("last\n"));
        Assert.That(await scratch.RunAsync("logs", "one", "main", "--limit-bytes=1"), Is.EqualTo("l"));
        Assert.That(await scratch.RunAsync("logs", "one", "main", "--tail=1", "--timestamps"), Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z last\n$"));
        var since = (await scratch.RunAsync("logs", "one", "main", "--tail=1", "--timestamps")).Split(' ')[0];
        Assert.That(await scratch.RunAsync("logs", "one", "main", $"--since-time={since}"), Is.EqualTo("last\n"));
        Assert.That((await scratch.RunAsync("logs", "one", "main", "--since=24h")).Split('\n'), Has.Length.EqualTo(22));
    }

    [Test, Conformance("[sig-cli] Kubectl client Proxy server should support proxy with --port 0 [Conformance]")]
    public async Task A_proxy_serves_on_any_free_port()
    {
        using var proxy = SharedCluster.Kubectl.Start("proxy", "--port=0", "--disable-filter=true");
        try
        {
            var told = await proxy.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            using var http = new HttpClient();
            using var versions = JsonDocument.Parse(await http.GetStringAsync($"http://{told!.Split(' ').Last()}/api/"));
            Assert.That(versions.RootElement.GetProperty("versions")[0].GetString(), Is.EqualTo("v1"));
        }
        finally
        {
            proxy.Kill();
            await proxy.WaitForExitAsync();
        }
    }

    [Test, Conformance("[sig-cli] Kubectl client Proxy server should support --unix-socket=/path [Conformance]")]
    public async Task A_proxy_serves_on_a_unix_socket()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["proxy.sock"];
        using var proxy = SharedCluster.Kubectl.Start("proxy", $"--unix-socket={path}");
        try
        {
            await proxy.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            using var handler = new SocketsHttpHandler { ConnectCallback = ConnectAsync };
            using var http = new HttpClient(handler);
            using var versions = JsonDocument.Parse(await http.GetStringAsync("http://localhost/api/"));
            Assert.That(versions.RootElement.GetProperty("kind").GetString(), Is.EqualTo("APIVersions"));
        }
        finally
        {
            proxy.Kill();
            await proxy.WaitForExitAsync();
        }

        async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex Colors();
}
