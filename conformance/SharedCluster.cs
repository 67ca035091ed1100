using k8s;
using k8s.Models;

namespace ControlPlane.Conformance;

/// <summary>The cluster that all tests share that do not need to kill one: started with the first, gone after the last.</summary>
[SetUpFixture]
internal sealed class SharedCluster
{
    /// <summary>The image that tests run: a shell and the usual tools, built from Debian's busybox and imported, not pulled.</summary>
    public const string Busybox = "docker.io/conformance/busybox:1";

    /// <summary>The same under a second tag, to roll out.</summary>
    public const string NextBusybox = "docker.io/conformance/busybox:2";

    /// <summary>An image with words of its own: it echoes <c>of-image one two</c>.</summary>
    public const string Echo = "docker.io/conformance/echo:1";

    private static Cluster? _cluster;

    /// <summary>The running cluster.</summary>
    public static Cluster Cluster => _cluster ?? throw new InvalidOperationException("the shared cluster is not started");

    /// <summary>kubectl as its administrator.</summary>
    public static Kubectl Kubectl => Cluster.Kubectl;

    /// <summary>The official client as its administrator.</summary>
    public static Kubernetes Client => Cluster.Client;

    /// <summary>The objects of one kind in no namespace, or in all.</summary>
    public static Resource<T> Of<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => new(Cluster.Client);

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        _cluster = await Cluster.StartAsync();
        await GiveImagesAsync(_cluster);
    }

    [OneTimeTearDown]
    public static async Task StopAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    /// <summary>Builds the test images and imports them; returns when the node is ready to run them.</summary>
    public static async Task GiveImagesAsync(Cluster cluster)
    {
        await TestImages.GiveAsync(cluster.ImportImageAsync);
        await cluster.Kubectl.RunAsync("wait", "--for=condition=Ready", "node/node-a", "--timeout=60s");
    }
}
