using System.Text;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance;

/// <summary>A machine beside a cluster's own, in a network namespace with a link to it: it joins by <c>controlplane agent</c>, and has a containerd of its own.</summary>
internal sealed class Machine : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringBuilder _log = new();
    private readonly string _name;
    private Product? _product;

    private Machine(NetworkNamespace network, string name) => (Network, _name) = (network, name);

    /// <summary>Where it is.</summary>
    public NetworkNamespace Network { get; }

    /// <summary>Its data directory.</summary>
    public string Data => _directory.Path;

    /// <summary>Makes one that can reach the cluster, and does not join yet.</summary>
    public static async Task<Machine> CreateAsync(Cluster cluster, string name)
    {
        var machine = new Machine(await NetworkNamespace.CreateAsync(), name);
        try
        {
            await machine.Network.LinkToAsync(cluster.Network);
            return machine;
        }
        catch
        {
            await machine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the agent; returns when it says that the node is registered.</summary>
    /// <param name="flags">How it joins; nothing where it has joined before.</param>
    public async Task StartAsync(params string[] flags) =>
        (_product, _) = await Product.StartAsync(Network, _log, $"Node {_name} is registered", Arguments(flags));

    /// <summary>Runs the agent to its end, where it is not to succeed.</summary>
    public Task<(int Code, string Output, string Error)> RunAsync(params string[] flags) => Product.RunAsync(Network, Arguments(flags));

    /// <summary>kill -9; containers go on.</summary>
    public Task KillAsync() => _product!.KillAsync();

    /// <summary>Gives the node an image out of an OCI archive.</summary>
    public Task ImportImageAsync(string archive) => TestImages.ImportAsync(ContainerdSocket, archive);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_product is not null)
            await _product.KillAsync();
        await ContainerLeftovers.RemoveAsync(ContainerdSocket, Data);
        await Network.DisposeAsync();
        _directory.Dispose();
    }

    private string ContainerdSocket => Path.Combine(Data, "containerd", "containerd.sock");

    private string[] Arguments(string[] flags) =>
        ["agent", "--data-dir", Data, "--hostname-override", _name, "--container-runtime-endpoint", $"unix://{ContainerdSocket}", "--v", "2", .. flags];
}
