using System.Diagnostics;
using k8s.Models;

namespace ControlPlane.Conformance.Network;

/// <summary>Traffic between pods, and to pods behind Services.</summary>
internal sealed class ServiceTests
{
    [Test, Conformance("[sig-network] Networking Granular Checks: Pods should function for intra-pod communication: http [NodeConformance] [Conformance]")]
    public async Task Pods_reach_each_other_over_tcp()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await scratch.ReadyAsync(Traffic.TcpServer("server", 8080));
        await scratch.ReadyAsync(Traffic.Client("client"));
        await scratch.AnswersAsync("client", $"tcp {server.Status.PodIP} 8080", ["server"]);
    }

    [Test, Conformance("[sig-network] Networking Granular Checks: Pods should function for intra-pod communication: udp [NodeConformance] [Conformance]")]
    public async Task Pods_reach_each_other_over_udp()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await scratch.ReadyAsync(Traffic.UdpServer("server", 8081));
        await scratch.ReadyAsync(Traffic.Client("client"));
        await scratch.AnswersAsync("client", $"udp {server.Status.PodIP} 8081", ["server"]);
    }

    [Test, Conformance("[sig-network] Networking Granular Checks: Pods should function for node-pod communication: http [LinuxOnly] [NodeConformance] [Conformance]")]
    public async Task The_node_reaches_pods_over_tcp()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await scratch.ReadyAsync(Traffic.TcpServer("server", 8080));
        await scratch.ReadyAsync(Traffic.Client("node", "hostNetwork: true"));
        await scratch.AnswersAsync("node", $"tcp {server.Status.PodIP} 8080", ["server"]);
    }

    [Test, Conformance("[sig-network] Networking Granular Checks: Pods should function for node-pod communication: udp [LinuxOnly] [NodeConformance] [Conformance]")]
    public async Task The_node_reaches_pods_over_udp()
    {
        await using var scratch = await Scratch.CreateAsync();
        var server = await scratch.ReadyAsync(Traffic.UdpServer("server", 8081));
        await scratch.ReadyAsync(Traffic.Client("node", "hostNetwork: true"));
        await scratch.AnswersAsync("node", $"udp {server.Status.PodIP} 8081", ["server"]);
    }

    [Test, Conformance("[sig-network] Services should serve a basic endpoint from pods [Conformance]")]
    public async Task A_service_leads_to_the_pods_there_are()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Traffic.Client("client"));
        var address = await scratch.ServeAsync("selector: {app: web}, ports: [{port: 80, targetPort: 8080}]");
        await scratch.ReadyAsync(Traffic.TcpServer("one", 8080));
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["one"]);
        await scratch.ReadyAsync(Traffic.TcpServer("two", 8080));
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["one", "two"]);
        await scratch.Pods.DeleteAsync("one");
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["two"]);
    }

    [Test, Conformance("[sig-network] Services should serve multiport endpoints from pods [Conformance]")]
    public async Task Each_port_of_a_service_leads_to_the_pods_that_have_it()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Traffic.Client("client"));
        var address = await scratch.ServeAsync("selector: {app: web}, ports: [{name: a, port: 80, targetPort: first}, {name: b, port: 81, targetPort: second}]");
        await scratch.ReadyAsync(Traffic.TcpServer("one", 8080, "first"));
        await scratch.ReadyAsync(Traffic.TcpServer("two", 8081, "second"));
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["one"]);
        await scratch.AnswersAsync("client", $"tcp {address} 81", ["two"]);
    }

    [Test, Conformance("[sig-network] Services should serve endpoints on same port and different protocols [Conformance]")]
    public async Task One_port_serves_two_protocols()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Traffic.Client("client"));
        var address = await scratch.ServeAsync("selector: {app: web}, ports: [{name: tcp, port: 80, targetPort: 8080, protocol: TCP}, {name: udp, port: 80, targetPort: 8080, protocol: UDP}]");
        await scratch.ReadyAsync(Traffic.BothServer("server", 8080));
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["server"]);
        await scratch.AnswersAsync("client", $"udp {address} 80", ["server"]);
    }

    [Test, Conformance("[sig-network] Services should be able to create a functioning NodePort service [Conformance]")]
    public async Task A_node_port_leads_to_the_pods_of_its_service()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Traffic.Client("client"));
        var address = await scratch.ServeAsync("type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]");
        await scratch.ReadyAsync(Traffic.TcpServer("server", 8080));
        var port = (await scratch.Of<V1Service>().GetAsync("web")).Spec.Ports[0].NodePort;
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["server"]);
        await scratch.AnswersAsync("client", $"tcp {await Traffic.NodeAddressAsync()} {port}", ["server"]);
    }

    [Test, Conformance("[sig-network] Services should have session affinity work for service with type clusterIP [LinuxOnly] [Conformance]")]
    public async Task A_caller_stays_with_its_pod() => await AffinityAsync("ClusterIP", "ClientIP", switches: false);

    [Test, Conformance("[sig-network] Services should be able to switch session affinity for service with type clusterIP [LinuxOnly] [Conformance]")]
    public async Task Affinity_is_switched_on_and_off() => await AffinityAsync("ClusterIP", "None", switches: true);

    [Test, Conformance("[sig-network] Services should have session affinity work for NodePort service [LinuxOnly] [Conformance]")]
    public async Task A_caller_of_a_node_port_stays_with_its_pod() => await AffinityAsync("NodePort", "ClientIP", switches: false);

    [Test, Conformance("[sig-network] Services should be able to switch session affinity for NodePort service [LinuxOnly] [Conformance]")]
    public async Task Affinity_of_a_node_port_is_switched_on_and_off() => await AffinityAsync("NodePort", "None", switches: true);

    [Test, Conformance("[sig-network] EndpointSlice should support a Service with multiple endpoint IPs specified in multiple EndpointSlices [Conformance]")]
    public async Task A_service_without_selector_leads_to_the_addresses_of_all_its_slices()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Traffic.Client("client"));
        var address = await scratch.ServeAsync("ports: [{name: http, port: 80}]");
        foreach (var name in new[] { "one", "two" })
        {
            var pod = await scratch.ReadyAsync(Traffic.TcpServer(name, 8080));
            await scratch.Of<V1EndpointSlice>().CreateAsync(Traffic.Slice(name, "http", 8080, pod.Status.PodIP));
        }
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["one", "two"]);
    }

    [Test, Conformance("[sig-network] EndpointSlice should support a Service with multiple ports specified in multiple EndpointSlices [Conformance]")]
    public async Task A_service_without_selector_leads_to_the_ports_of_all_its_slices()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Traffic.Client("client"));
        var address = await scratch.ServeAsync("ports: [{name: a, port: 80}, {name: b, port: 81}]");
        var one = await scratch.ReadyAsync(Traffic.TcpServer("one", 8080));
        var two = await scratch.ReadyAsync(Traffic.TcpServer("two", 8081));
        await scratch.Of<V1EndpointSlice>().CreateAsync(Traffic.Slice("one", "a", 8080, one.Status.PodIP));
        await scratch.Of<V1EndpointSlice>().CreateAsync(Traffic.Slice("two", "b", 8081, two.Status.PodIP));
        await scratch.AnswersAsync("client", $"tcp {address} 80", ["one"]);
        await scratch.AnswersAsync("client", $"tcp {address} 81", ["two"]);
    }

    [Test, Conformance("[sig-network] HostPort validates that there is no conflict between pods with same hostPort but different hostIP and protocol [LinuxOnly] [Conformance]")]
    public async Task One_host_port_serves_pods_of_different_addresses_and_protocols()
    {
        await using var scratch = await Scratch.CreateAsync();
        var node = await Traffic.NodeAddressAsync();
        await scratch.ReadyAsync(Traffic.TcpServer("loopback", 8080, hostPort: "hostPort: 54323, hostIP: 127.0.0.1"));
        await scratch.ReadyAsync(Traffic.TcpServer("address", 8080, hostPort: $"hostPort: 54323, hostIP: {node}"));
        await scratch.ReadyAsync(Traffic.UdpServer("datagrams", 8080, hostPort: $"hostPort: 54323, hostIP: {node}"));
        await scratch.ReadyAsync(Traffic.Client("node", "hostNetwork: true"));
        await scratch.AnswersAsync("node", "tcp 127.0.0.1 54323", ["loopback"]);
        await scratch.AnswersAsync("node", $"tcp {node} 54323", ["address"]);
        await scratch.AnswersAsync("node", $"udp {node} 54323", ["datagrams"]);
    }

    [Test, Conformance("[sig-network] Service endpoints latency should not be very high [Conformance]")]
    public async Task Endpoints_of_new_services_come_without_long_delay()
    {
        const int Services = 60;
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle("one", metadata: "labels: {app: web}"));
        var delays = new List<TimeSpan>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Services), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (index, _) =>
        {
            var watch = Stopwatch.StartNew();
            await scratch.Of<V1Service>().CreateAsync($"{{metadata: {{name: s{index}}}, spec: {{selector: {{app: web}}, ports: [{{port: 80}}]}}}}");
            await scratch.Of<V1Endpoints>().UntilAsync($"s{index}", static endpoints => endpoints.Subsets?.Count > 0);
            lock (delays)
                delays.Add(watch.Elapsed);
        });
        delays.Sort();
        Assert.That(delays[Services / 2], Is.LessThan(TimeSpan.FromSeconds(20)), "the median that upstream promises");
        Assert.That(delays[^1], Is.LessThan(TimeSpan.FromSeconds(50)), "the 99th percentile that upstream promises");
    }

    private static async Task AffinityAsync(string type, string affinity, bool switches)
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(Traffic.Client("client"));
        var address = await scratch.ServeAsync($"type: {type}, sessionAffinity: {affinity}, selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080}}]");
        foreach (var name in new[] { "one", "two", "three" })
            await scratch.ReadyAsync(Traffic.TcpServer(name, 8080));
        var target = type == "ClusterIP" ? $"tcp {address} 80" : $"tcp {await Traffic.NodeAddressAsync()} {(await scratch.Of<V1Service>().GetAsync("web")).Spec.Ports[0].NodePort}";
        if (switches)
        {
            await scratch.AnswersAsync("client", target, ["one", "two", "three"]);
            await scratch.Of<V1Service>().PatchAsync("web", """{"spec":{"sessionAffinity":"ClientIP"}}""");
        }
        await TestKit.Eventually.TrueAsync(async () => (await scratch.AskAsync("client", target)).Count == 1, TimeSpan.FromSeconds(60));
        if (!switches)
            return;
        await scratch.Of<V1Service>().PatchAsync("web", """{"spec":{"sessionAffinity":"None"}}""");
        await TestKit.Eventually.TrueAsync(async () => (await scratch.AskAsync("client", target)).Count > 1, TimeSpan.FromSeconds(60));
    }
}
