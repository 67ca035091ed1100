using k8s.Models;

namespace ControlPlane.Conformance.Network;

/// <summary>Pods that answer with their name, and the asking of them.</summary>
internal static class Traffic
{
    // Enough to meet each of three pods, but for once in a million.
    private const int Questions = 30;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A pod that answers every TCP connection with its name; labelled <c>app: web</c>.</summary>
    public static string TcpServer(string name, int port, string portName = "http", string hostPort = "") => Server(name, $"tcp {port}", port, portName, "TCP", hostPort);

    /// <summary>A pod that answers every datagram with its name; labelled <c>app: web</c>.</summary>
    public static string UdpServer(string name, int port, string hostPort = "") => Server(name, $"udp {port}", port, "udp", "UDP", hostPort);

    /// <summary>A pod that does both.</summary>
    public static string BothServer(string name, int port) => Server(name, $"tcp {port} udp {port}", port, "http", "TCP", "");

    /// <summary>A pod to ask from.</summary>
    public static string Client(string name, string pod = "") => PodRuns.Yaml(name, "trap 'exit 0' TERM; while true; do sleep 0.2; done", pod: pod, restart: "Always", image: ServerImage.Name);

    /// <summary>A slice of the Service <c>web</c>.</summary>
    public static string Slice(string name, string portName, int port, string address) =>
        $$$"""
        {metadata: {name: web-{{{name}}}, labels: {kubernetes.io/service-name: web}}, addressType: IPv4, ports: [{name: {{{portName}}}, port: {{{port}}}, protocol: TCP}],
          endpoints: [{addresses: [{{{address}}}], conditions: {ready: true}}]}
        """;

    /// <summary>Makes the Service <c>web</c>; gives its address.</summary>
    public static async Task<string> ServeAsync(this Scratch scratch, string spec) =>
        (await scratch.Of<V1Service>().CreateAsync($"{{metadata: {{name: web}}, spec: {{{spec}}}}}")).Spec.ClusterIP;

    /// <summary>The node's own address.</summary>
    public static async Task<string> NodeAddressAsync() =>
        (await SharedCluster.Of<V1Node>().GetAsync("node-a")).Status.Addresses.First(static address => address.Type == "InternalIP").Address;

    /// <summary>Waits until just those pods answer.</summary>
    public static Task AnswersAsync(this Scratch scratch, string client, string target, string[] pods) => TestKit.Eventually.TrueAsync(
        async () => (await scratch.AskAsync(client, target)).SetEquals(pods), Limit, $"{target} is answered by {string.Join(", ", pods)}");

    /// <summary>Asks often; gives the names of those that answered.</summary>
    /// <param name="scratch">Where the client is.</param>
    /// <param name="client">The pod that asks.</param>
    /// <param name="target">Protocol, address and port.</param>
    public static async Task<HashSet<string>> AskAsync(this Scratch scratch, string client, string target)
    {
        var (_, output) = await scratch.ExecAsync(client, $"/ask {target} {Questions}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string Server(string name, string listens, int port, string portName, string protocol, string hostPort) => PodRuns.Yaml(
        name, "exec /server " + listens, $"ports: [{{name: {portName}, containerPort: {port}, protocol: {protocol}{(hostPort.Length == 0 ? "" : ", " + hostPort)}}}]",
        metadata: "labels: {app: web}", restart: "Always", image: ServerImage.Name);
}
