using System.Text;
using ControlPlane.TestKit;
using k8s;

namespace ControlPlane.Conformance;

/// <summary>
/// A cluster as <c>controlplane up</c> makes it, in a network namespace of its own: the executable, a data directory, real containers. It can be killed
/// and started again on the same data.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const int Port = 6443;

    private readonly TemporaryDirectory _directory = new();
    private readonly IReadOnlyList<string> _flags;
    private readonly StringBuilder _log = new();
    private Kubernetes? _client;
    private Product? _product;
    private EtcdProcess? _etcd;

    private Cluster(NetworkNamespace network, IReadOnlyList<string> flags) => (Network, _flags) = (network, flags);

    /// <summary>Where it runs.</summary>
    public NetworkNamespace Network { get; }

    /// <summary>Where its API server is.</summary>
    public string Server => $"https://{Network.InsideAddress}:{Port}";

    /// <summary>The data directory.</summary>
    public string Data => _directory.Path;

    /// <summary>The kubeconfig of an administrator.</summary>
    public string Kubeconfig => Path.Combine(Data, "admin.conf");

    /// <summary>An address of this machine that the cluster's node reaches, for servers beside the cluster.</summary>
    public string OutsideAddress => Network.OutsideAddress;

    /// <summary>kubectl as that administrator.</summary>
    public Kubectl Kubectl => new(Kubeconfig);

    /// <summary>kubectl of another release as that administrator.</summary>
    public Kubectl KubectlOf(string program) => new(Kubeconfig, program);

    /// <summary>The official client as that administrator.</summary>
    public Kubernetes Client => _client ??= new(KubernetesClientConfiguration.BuildConfigFromConfigFile(Kubeconfig));

    /// <summary>The line that the last start printed when it was ready.</summary>
    public string ReadyLine { get; private set; } = "";

    /// <summary>All that the program said, for messages of failed tests.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts one on fresh data.</summary>
    /// <param name="flags">Of <c>controlplane up</c>, beside those that keep it to itself.</param>
    public static async Task<Cluster> StartAsync(params string[] flags) => await StartAsync(new Cluster(await NetworkNamespace.CreateAsync(), flags));

    /// <summary>Starts one on fresh data in an etcd of its own.</summary>
    public static async Task<Cluster> StartOnEtcdAsync()
    {
        var network = await NetworkNamespace.CreateAsync();
        var etcd = await EtcdProcess.StartOnAsync(network.OutsideAddress);
        return await StartAsync(new Cluster(network, ["--etcd-servers", etcd.Endpoint.ToString()]) { _etcd = etcd });
    }

    private static async Task<Cluster> StartAsync(Cluster cluster)
    {
        try
        {
            await cluster.StartAgainAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the program on the data there is; returns when it says that it is ready.</summary>
    public async Task StartAgainAsync()
    {
        (_product, ReadyLine) = await Product.StartAsync(
            Network, _log, "ControlPlane is ready",
            ["up", "--data-dir", Data, "--secure-port", $"{Port}", "--hostname-override", "node-a",
            "--container-runtime-endpoint", $"unix://{ContainerdSocket}", "--v", "2", .. _flags]);
    }

    /// <summary>kill -9: nothing is drained, nothing is written any more. Containers go on.</summary>
    public Task KillAsync() => _product!.KillAsync();

    /// <summary>SIGTERM; gives the exit code.</summary>
    public Task<int> TerminateAsync() => _product!.TerminateAsync();

    /// <summary>Gives the node an image out of an OCI archive, as an administrator without a registry does.</summary>
    public Task ImportImageAsync(string archive) => TestImages.ImportAsync(ContainerdSocket, archive);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_product is not null)
            await _product.KillAsync();
        await ContainerLeftovers.RemoveAsync(ContainerdSocket, Data);
        if (_etcd is not null)
            await _etcd.DisposeAsync();
        await Network.DisposeAsync();
        _directory.Dispose();
    }

    private string ContainerdSocket => Path.Combine(Data, "containerd", "containerd.sock");
}
