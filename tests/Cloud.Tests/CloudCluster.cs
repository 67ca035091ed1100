using System.Runtime.CompilerServices;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Cloud.Tests;

/// <summary>An API server and the controllers of a cloud over it, each with its own identity and its own role.</summary>
internal sealed class CloudCluster : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ApiServerFixture _server;
    private Task _run = Task.CompletedTask;

    private CloudCluster(ApiServerFixture server)
    {
        _server = server;
        Api = new ApiClient(server.AsAdmin());
    }

    public IApiClient Api { get; }

    public static async Task<CloudCluster> StartAsync(ICloud cloud)
    {
        var cluster = new CloudCluster(await ApiServerFixture.StartAsync());
        var random = new Random(1);
        var reader = cluster._server.As(UserInfo.Of("system:kube-controller-manager", UserInfo.Authenticated));
        var environment = new ControllerEnvironment
        {
            TransportFor = name => cluster._server.As(UserInfo.ServiceAccount("kube-system", name), name),
            Informers = new InformerSet(reader, TimeProvider.System, random, NullLoggerFactory.Instance),
            Clock = TimeProvider.System,
            Random = random,
            Logs = NullLoggerFactory.Instance,
        };
        var settings = new CloudSettings { NodeMonitorPeriod = Soon, NodeStatusUpdatePeriod = Soon, RoutePeriod = Soon };
        cluster._run = new ControllerHost(environment, CloudCatalog.All(cloud, settings)).RunAsync(["*"], cluster._stop.Token);
        return cluster;
    }

    private static TimeSpan Soon => TimeSpan.FromMilliseconds(20);

    public Task<T> CreateAsync<T>(T item)
        where T : class, IApiObject<T> => Api.CreateAsync(item, CancellationToken.None);

    /// <summary>A node as its agent registers it where there is a cloud.</summary>
    public Task<Node> RegisterAsync(string name) => CreateAsync(new Node
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new NodeSpec { Taints = [new Taint { Key = "node.cloudprovider.kubernetes.io/uninitialized", Value = "true", Effect = "NoSchedule" }] },
    });

    /// <summary>Says whether the node is ready, as its agent would.</summary>
    public Task<Node> ReportAsync(string name, bool isReady) => Api.PatchAsync<Node>(
        new("", name),
        Patch.Strategic($$$"""{"status":{"conditions":[{"type":"Ready","status":"{{{(isReady ? "True" : "Unknown")}}}"}]}}""").ToSubresource("status"),
        CancellationToken.None);

    /// <summary>Waits until the object is so.</summary>
    public async Task<T> UntilAsync<T>(ObjectKey key, Func<T, bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "")
        where T : class, IApiObject<T>
    {
        T? found = null;
        await Eventually.TrueAsync(async () => (found = await Api.FindAsync<T>(key, CancellationToken.None)) is not null && condition(found), text: text);
        return found!;
    }

    /// <summary>Waits until there is no such object.</summary>
    public Task UntilGoneAsync<T>(ObjectKey key)
        where T : class, IApiObject<T> => Eventually.TrueAsync(async () => await Api.FindAsync<T>(key, CancellationToken.None) is null);

    /// <summary>Waits until that was told of the object.</summary>
    public Task UntilToldAsync(string name, string reason, string message) => Eventually.TrueAsync(async () =>
        (await Api.ListAsync<Event>(ObjectQuery.All, CancellationToken.None)).Items.Any(e => e.InvolvedObject.Name == name && e.Reason == reason && e.Message == message));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _server.DisposeAsync();
        _stop.Dispose();
    }
}
