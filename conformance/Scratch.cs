using k8s;
using k8s.Models;

namespace ControlPlane.Conformance;

/// <summary>A namespace for one test, with kubectl and the official client set to it; gone with the test.</summary>
internal sealed class Scratch : IAsyncDisposable
{
    private readonly Cluster _cluster;
    private readonly Kubectl _kubectl;

    private Scratch(Cluster cluster, string name, Kubectl kubectl) => (_cluster, Name, _kubectl) = (cluster, name, kubectl);

    /// <summary>The namespace.</summary>
    public string Name { get; }

    /// <summary>The official client.</summary>
    public Kubernetes Client => _cluster.Client;

    /// <summary>The objects of one kind in this namespace.</summary>
    public Resource<T> Of<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => new(Client, Name);

    private Resource<V1Namespace> Namespaces => new(Client);

    /// <summary>The pods in this namespace.</summary>
    public Resource<V1Pod> Pods => Of<V1Pod>();

    /// <summary>Makes one in the shared cluster.</summary>
    public static Task<Scratch> CreateAsync() => CreateAsync(SharedCluster.Cluster);

    /// <summary>Makes one of that name in the shared cluster.</summary>
    public static Task<Scratch> CreateNamedAsync(string name) => CreateAsync(new Scratch(SharedCluster.Cluster, name, SharedCluster.Kubectl));

    /// <summary>Makes one in the shared cluster, for a kubectl of another release.</summary>
    public static Task<Scratch> CreateAsync(string program) => CreateAsync(SharedCluster.Cluster, SharedCluster.Cluster.KubectlOf(program));

    /// <summary>Makes one.</summary>
    public static Task<Scratch> CreateAsync(Cluster cluster) => CreateAsync(cluster, cluster.Kubectl);

    private static Task<Scratch> CreateAsync(Cluster cluster, Kubectl kubectl) => CreateAsync(new Scratch(cluster, $"t-{Guid.NewGuid():N}"[..12], kubectl));

    private static async Task<Scratch> CreateAsync(Scratch scratch)
    {
        await scratch.Namespaces.CreateAsync($"{{apiVersion: v1, kind: Namespace, metadata: {{name: {scratch.Name}}}}}");
        await scratch.Of<V1ServiceAccount>().UntilAsync("default", static _ => true); // pods are refused before
        return scratch;
    }

    /// <summary>kubectl in this namespace.</summary>
    public Task<string> RunAsync(params string[] arguments) => _kubectl.RunAsync(["-n", Name, .. arguments]);

    /// <summary>Makes the objects of a manifest, with the newest kubectl: older ones want documents that newer servers need not have.</summary>
    public Task ApplyAsync(string manifest) => _cluster.Kubectl.RunWithInputAsync(manifest, "-n", Name, "apply", "-f", "-");

    /// <summary>kubectl in this namespace, with that on standard input.</summary>
    public Task<string> WithInputAsync(string input, params string[] arguments) => _kubectl.RunWithInputAsync(input, ["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace, whatever comes of it.</summary>
    public Task<(int Code, string Output, string Error)> TryAsync(params string[] arguments) => _kubectl.TryAsync("", ["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace, with that on standard input, whatever comes of it.</summary>
    public Task<(int Code, string Output, string Error)> TryWithInputAsync(string input, params string[] arguments) => _kubectl.TryAsync(input, ["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace on a terminal, typing that; gives what the terminal showed.</summary>
    public Task<string> InTerminalAsync(string typed, params string[] arguments) => _kubectl.InTerminalAsync(typed, ["-n", Name, .. arguments]);

    /// <summary>The same on a terminal of that size.</summary>
    public Task<string> InTerminalAsync((int Rows, int Columns) size, params string[] arguments) => _kubectl.InTerminalAsync("", size, ["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace, with a file as its standard input, and another for its standard output.</summary>
    public Task RunWithFilesAsync(string input, string output, params string[] arguments) => _kubectl.RunWithFilesAsync(input, output, ["-n", Name, .. arguments]);

    /// <summary>Starts kubectl in this namespace and leaves it running; the caller ends and disposes it.</summary>
    public System.Diagnostics.Process Start(params string[] arguments) => _kubectl.Start(["-n", Name, .. arguments]);

    /// <summary>Runs a deployment of the test image and waits until it is rolled out.</summary>
    public async Task DeployAsync(string name, int replicas, params string[] command)
    {
        string[] create = ["create", "deployment", name, $"--image={SharedCluster.Busybox}", $"--replicas={replicas}"];
        await RunAsync(command.Length == 0 ? [.. create, "--", "sleep", "100000"] : [.. create, "--", .. command]);
        await RunAsync("rollout", "status", $"deployment/{name}", "--timeout=90s");
    }

    /// <summary>Deletes it and waits until it is gone.</summary>
    public async Task DeleteAsync()
    {
        await Namespaces.DeleteAsync(Name);
        await Namespaces.UntilGoneAsync(Name);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Namespaces.DeleteAsync(Name);
        }
        catch (KubernetesException refusal) when (refusal.Status.Code is 404 or 409)
        {
            // The test has deleted it itself.
        }
    }
}
