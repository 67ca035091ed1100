namespace ControlPlane.Conformance;

/// <summary>A namespace for one test, with kubectl set to it; gone with the test.</summary>
internal sealed class Scratch : IAsyncDisposable
{
    private readonly Cluster _cluster;

    private Scratch(Cluster cluster, string name) => (_cluster, Name) = (cluster, name);

    /// <summary>The namespace.</summary>
    public string Name { get; }

    /// <summary>Makes one in the shared cluster.</summary>
    public static Task<Scratch> CreateAsync() => CreateAsync(SharedCluster.Cluster);

    /// <summary>Makes one.</summary>
    public static async Task<Scratch> CreateAsync(Cluster cluster)
    {
        var scratch = new Scratch(cluster, $"t-{Guid.NewGuid():N}"[..12]);
        await cluster.Kubectl.RunAsync("create", "namespace", scratch.Name);
        return scratch;
    }

    /// <summary>kubectl in this namespace.</summary>
    public Task<string> RunAsync(params string[] arguments) => _cluster.Kubectl.RunAsync(["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace, with that on standard input.</summary>
    public Task<string> WithInputAsync(string input, params string[] arguments) => _cluster.Kubectl.RunWithInputAsync(input, ["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace, whatever comes of it.</summary>
    public Task<(int Code, string Output, string Error)> TryAsync(params string[] arguments) => _cluster.Kubectl.TryAsync("", ["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace, with that on standard input, whatever comes of it.</summary>
    public Task<(int Code, string Output, string Error)> TryWithInputAsync(string input, params string[] arguments) => _cluster.Kubectl.TryAsync(input, ["-n", Name, .. arguments]);

    /// <summary>kubectl in this namespace on a terminal, typing that; gives what the terminal showed.</summary>
    public Task<string> InTerminalAsync(string typed, params string[] arguments) => _cluster.Kubectl.InTerminalAsync(typed, ["-n", Name, .. arguments]);

    /// <summary>Runs a deployment of the test image and waits until it is rolled out.</summary>
    public async Task DeployAsync(string name, int replicas, params string[] command)
    {
        string[] create = ["create", "deployment", name, $"--image={SharedCluster.Busybox}", $"--replicas={replicas}"];
        await RunAsync(command.Length == 0 ? [.. create, "--", "sleep", "100000"] : [.. create, "--", .. command]);
        await RunAsync("rollout", "status", $"deployment/{name}", "--timeout=90s");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _cluster.Kubectl.TryAsync("", ["delete", "namespace", Name, "--wait=false"]);
}
