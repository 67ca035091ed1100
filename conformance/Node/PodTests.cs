using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Models;

namespace ControlPlane.Conformance.Node;

/// <summary>Pods from their creation to their end.</summary>
internal sealed class PodTests
{
    [Test, Conformance("[sig-node] Pods should be submitted and removed [NodeConformance] [Conformance]")]
    public async Task A_pod_is_seen_to_come_and_to_go()
    {
        await using var scratch = await Scratch.CreateAsync();
        var (none, metadata) = await scratch.Pods.ListPageAsync("labelSelector=of%3Dtest");
        Assert.That(none, Is.Empty);
        await scratch.ReadyAsync(PodRuns.Idle("one", metadata: "labels: {of: test}"));
        await scratch.Pods.DeleteAsync("one", "gracePeriodSeconds=5");
        var types = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (var (type, pod) in scratch.Pods.WatchAsync($"labelSelector=of%3Dtest&resourceVersion={metadata.ResourceVersion}", limit.Token))
        {
            types.Add(type);
            if (type == "DELETED")
            {
                Assert.That((pod.Metadata.DeletionTimestamp, pod.Spec.TerminationGracePeriodSeconds), Is.Not.EqualTo(((DateTime?)null, (long?)0)));
                break;
            }
        }
        Assert.That((types[0], types.Count(static type => type == "ADDED")), Is.EqualTo(("ADDED", 1)));
    }

    [Test, Conformance("[sig-node] Pods should be updated [NodeConformance] [Conformance]")]
    public async Task A_running_pod_is_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one", metadata: "labels: {of: test}"));
        await scratch.Pods.UpdateAsync("one", static pod => pod.Metadata.Labels["of"] = "updated");
        Assert.That((await scratch.Pods.ListAsync("labelSelector=of%3Dupdated")).Single().IsReady(), Is.True);
    }

    [Test, Conformance("[sig-node] Pods should allow activeDeadlineSeconds to be updated [NodeConformance] [Conformance]")]
    public async Task A_deadline_given_to_a_running_pod_fails_it()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one"));
        await scratch.Pods.UpdateAsync("one", static pod => pod.Spec.ActiveDeadlineSeconds = 2);
        var failed = await scratch.EndedAsync("one");
        Assert.That((failed.Status.Phase, failed.Status.Reason), Is.EqualTo(("Failed", "DeadlineExceeded")));
    }

    [Test, Conformance("[sig-node] Pods should get a host IP [NodeConformance] [Conformance]")]
    public async Task A_running_pod_tells_its_nodes_address()
    {
        await using var scratch = await Scratch.CreateAsync();
        var pod = await scratch.ReadyAsync(PodRuns.Idle("one"));
        var node = await SharedCluster.Of<V1Node>().GetAsync(pod.Spec.NodeName);
        Assert.That(node.Status.Addresses.Where(static address => address.Type == "InternalIP").Select(static address => address.Address), Does.Contain(pod.Status.HostIP));
    }

    [Test, Conformance("[sig-node] Pods should delete a collection of pods [Conformance]")]
    public async Task Pods_are_deleted_by_label()
    {
        await using var scratch = await Scratch.CreateAsync();
        foreach (var name in new[] { "one", "two", "three" })
            await scratch.Pods.CreateAsync(PodRuns.Idle(name, metadata: "labels: {of: test}"));
        await scratch.Pods.UntilAllAsync(static all => all.Count(static pod => pod.IsReady()) == 3, "labelSelector=of%3Dtest");
        await scratch.Pods.DeleteCollectionAsync("labelSelector=of%3Dtest");
        await scratch.Pods.UntilAllAsync(static all => all.Count == 0, "labelSelector=of%3Dtest");
    }

    [Test, Conformance("[sig-node] Pods should patch a pod status [Conformance]")]
    public async Task The_status_of_a_pod_is_patched()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Idle("one", pod: "nodeSelector: {none: here}"));
        var patched = await scratch.Pods.PatchAsync("one", """{"metadata":{"annotations":{"patched":"true"}},"status":{"message":"Patched by a test","reason":"Test"}}""", Resource<V1Pod>.Strategic, "status");
        Assert.That((patched.Status.Message, patched.Status.Reason, patched.Metadata.Annotations["patched"]), Is.EqualTo(("Patched by a test", "Test", "true")));
    }

    [Test, Conformance("[sig-node] Pods should run through the lifecycle of Pods and PodStatus [Conformance]")]
    public async Task A_pod_is_patched_its_status_replaced_and_deleted_by_label()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one", metadata: "labels: {of: test}"));
        var patched = await scratch.Pods.PatchAsync("one", $$$"""{"metadata":{"labels":{"patched":"true"}},"spec":{"containers":[{"name":"main","image":"{{{SharedCluster.NextBusybox}}}"}]}}""", Resource<V1Pod>.Strategic);
        Assert.That(patched.Spec.Containers[0].Image, Is.EqualTo(SharedCluster.NextBusybox));
        await scratch.Pods.UntilAsync("one", static pod => pod.IsReady() && pod.Metadata.Labels["patched"] == "true" && pod.Status.ContainerStatuses[0].RestartCount == 1);
        var replaced = await scratch.Pods.UpdateAsync("one", static pod => pod.Status.Conditions.Add(new V1PodCondition { Type = "example.com/tried", Status = "True" }), "status");
        Assert.That(replaced.Status.Conditions.Select(static condition => condition.Type), Does.Contain("example.com/tried"));
        await scratch.Pods.DeleteCollectionAsync("labelSelector=patched%3Dtrue");
        await scratch.Pods.UntilGoneAsync("one");
    }

    [Test, Conformance("[sig-node] Pods should support remote command execution over websockets [NodeConformance] [Conformance]")]
    public async Task A_command_runs_over_a_web_socket()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one"));
        using var socket = await scratch.Client.WebSocketNamespacedPodExecAsync("one", scratch.Name, ["echo", "remote execution test"], "main", stderr: true, stdin: false, stdout: true, tty: false);
        var (output, _) = await ReadAsync(socket, channels: true);
        Assert.That(output, Is.EqualTo("remote execution test\n"));
    }

    [Test, Conformance("[sig-node] Pods should support retrieving logs from the container over websockets [NodeConformance] [Conformance]")]
    public async Task Logs_come_over_a_web_socket()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Yaml("one", "echo container is alive; sleep 1000"));
        await scratch.PrintsAsync("one", "alive");
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(SharedCluster.Cluster.Kubeconfig);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("binary.k8s.io");
        socket.Options.ClientCertificates.Add(X509Certificate2.CreateFromPem(Pem(configuration.ClientCertificateData), Pem(configuration.ClientCertificateKeyData)));
        socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        var address = new Uri(new Uri(configuration.Host.Replace("https", "wss", StringComparison.Ordinal)), $"api/v1/namespaces/{scratch.Name}/pods/one/log?container=main");
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await socket.ConnectAsync(address, limit.Token);
        var (output, _) = await ReadAsync(socket, channels: false);
        Assert.That(output, Is.EqualTo("container is alive\n"));

        static string Pem(string data) => Encoding.ASCII.GetString(Convert.FromBase64String(data));
    }

    [Test, Conformance("[sig-node] Pods Extended Pods Set QOS Class should be set on Pods with matching resource requests and limits for memory and cpu [Conformance]")]
    public async Task The_class_of_a_pod_follows_from_its_requests_and_limits()
    {
        await using var scratch = await Scratch.CreateAsync();
        const string Same = "resources: {requests: {cpu: 100m, memory: 100Mi}, limits: {cpu: 100m, memory: 100Mi}}";
        var pod = await scratch.Pods.CreateAsync(PodRuns.Idle("one", Same, "nodeSelector: {none: here}"));
        Assert.That(pod.Status.QosClass, Is.EqualTo("Guaranteed"));
        Assert.That((await scratch.Pods.CreateAsync(PodRuns.Idle("two", "resources: {requests: {cpu: 100m}}", "nodeSelector: {none: here}"))).Status.QosClass, Is.EqualTo("Burstable"));
        Assert.That((await scratch.Pods.CreateAsync(PodRuns.Idle("three", "", "nodeSelector: {none: here}"))).Status.QosClass, Is.EqualTo("BestEffort"));
    }

    [Test, Conformance("[sig-node] Pods Extended (pod generation) Pod Generation pod generation should start at 1 and increment per update [MinimumKubeletVersion:1.34] [Conformance]")]
    public async Task The_generation_counts_changes_of_the_spec_and_the_node_follows()
    {
        await using var scratch = await Scratch.CreateAsync();
        var made = await scratch.Pods.CreateAsync(PodRuns.Idle("one"));
        Assert.That(made.Metadata.Generation, Is.EqualTo(1));
        await scratch.Pods.UntilAsync("one", static pod => pod.IsReady() && pod.Status.ObservedGeneration == 1);
        await scratch.Pods.PatchAsync("one", """{"metadata":{"labels":{"of":"test"}}}""");
        Assert.That((await scratch.Pods.GetAsync("one")).Metadata.Generation, Is.EqualTo(1), "labels are not part of the spec");
        var tolerating = await scratch.Pods.UpdateAsync("one", static pod => pod.Spec.Tolerations.Add(new V1Toleration { Key = "foo", OperatorProperty = "Exists", Effect = "NoExecute", TolerationSeconds = 100 }));
        Assert.That(tolerating.Metadata.Generation, Is.EqualTo(2));
        var other = await scratch.Pods.PatchAsync("one", $$$"""{"spec":{"containers":[{"name":"main","image":"{{{SharedCluster.NextBusybox}}}"}]}}""", Resource<V1Pod>.Strategic);
        Assert.That(other.Metadata.Generation, Is.EqualTo(3));
        await scratch.Pods.UntilAsync("one", static pod => pod.Status.ObservedGeneration == 3);
    }

    [Test, Conformance("[sig-node] Pods Extended (pod generation) Pod Generation custom-set generation on new pods and graceful delete [Conformance]")]
    public async Task A_new_pods_own_generation_is_ignored_and_its_deletion_counts()
    {
        await using var scratch = await Scratch.CreateAsync();
        var made = await scratch.Pods.CreateAsync(PodRuns.Idle("one", metadata: "generation: 100, finalizers: [conformance.example.com/held]"));
        Assert.That(made.Metadata.Generation, Is.EqualTo(1));
        await scratch.Pods.UntilAsync("one", static pod => pod.IsReady());
        await scratch.Pods.DeleteAsync("one");
        await scratch.Pods.UntilAsync("one", static pod => pod.Metadata is { DeletionTimestamp: not null, Generation: 2 });
        await scratch.Pods.PatchAsync("one", """{"metadata":{"finalizers":null}}""");
        await scratch.Pods.UntilGoneAsync("one");
    }

    [Test, Conformance("[sig-node] Pods Extended (pod generation) Pod Generation issue 500 podspec updates and verify generation and observedGeneration eventually converge [MinimumKubeletVersion:1.34] [Conformance]")]
    public async Task Many_changes_are_all_counted_and_the_node_catches_up()
    {
        const int Updates = 500;
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one", pod: "activeDeadlineSeconds: 10000"));
        for (var update = 1; update <= Updates; update++)
            await scratch.Pods.PatchAsync("one", $$$"""{"spec":{"activeDeadlineSeconds":{{{10000 - update}}}}}""");
        Assert.That((await scratch.Pods.GetAsync("one")).Metadata.Generation, Is.EqualTo(Updates + 1));
        await scratch.Pods.UntilAsync("one", static pod => pod.Status.ObservedGeneration == Updates + 1);
    }

    private static async Task<(string Output, WebSocketCloseStatus? Status)> ReadAsync(WebSocket socket, bool channels)
    {
        var output = new StringBuilder();
        var buffer = new byte[4096];
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (socket.State == WebSocketState.Open)
        {
            var part = await socket.ReceiveAsync(buffer, limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
                break;
            // With channels, the first byte tells which: 1 is standard output.
            if (!channels)
                output.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
            else if (buffer[0] == 1)
                output.Append(Encoding.UTF8.GetString(buffer, 1, part.Count - 1));
        }
        return (output.ToString(), socket.CloseStatus);
    }
}
