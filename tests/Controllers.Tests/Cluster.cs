using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Controllers.Tests;

/// <summary>An API server and some controllers over it, each with its own identity and its own role.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    private Cluster(ApiServerFixture server)
    {
        Server = server;
        Api = new ApiClient(server.AsAdmin());
    }

    public ApiServerFixture Server { get; }

    public IApiClient Api { get; }

    public static async Task<Cluster> StartAsync(params string[] controllers) => await StartAsync(new ControllerSettings(), TimeProvider.System, controllers);

    public static async Task<Cluster> StartAsync(ControllerSettings settings, TimeProvider clock, params string[] controllers) =>
        Start(new Cluster(await ApiServerFixture.StartAsync()), settings, clock, controllers);

    /// <summary>With the server's own authority as the signer of certificates.</summary>
    public static async Task<Cluster> StartAsync(Func<ControllerSettings, ControllerSettings> configure, params string[] controllers)
    {
        var cluster = new Cluster(await ApiServerFixture.StartAsync());
        return Start(cluster, configure(new ControllerSettings { SignCertificate = cluster.Server.Pki.Authority.Sign }), TimeProvider.System, controllers);
    }

    private static Cluster Start(Cluster cluster, ControllerSettings settings, TimeProvider clock, string[] controllers)
    {
        var shared = cluster.Server.As(UserInfo.Of("system:kube-controller-manager", UserInfo.Authenticated));
        var random = new Random(1);
        var environment = new ControllerEnvironment
        {
            TransportFor = name => cluster.Server.As(ServiceAccount(name), name),
            Informers = new InformerSet(shared, TimeProvider.System, random, NullLoggerFactory.Instance),
            Clock = clock,
            Random = random,
            Logs = new TestLogs(),
        };
        cluster._run = new ControllerHost(environment, ControllerCatalog.All(settings)).RunAsync(controllers, cluster._stop.Token);
        return cluster;
    }

    /// <summary>A namespace of a test's own.</summary>
    public async Task<string> NamespaceAsync()
    {
        var made = await Api.CreateAsync(new Namespace { Metadata = new ObjectMeta { GenerateName = "test-" } }, CancellationToken.None);
        // Admission wants every pod to have one; its controller runs in few tests.
        await Api.TryCreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Namespace = made.Metadata.Name, Name = "default" } }, CancellationToken.None);
        return made.Metadata.Name;
    }

    /// <summary>Says of every pod that it runs and is ready, as a node agent would.</summary>
    public async Task<IReadOnlyList<Pod>> MakeReadyAsync(string @namespace)
    {
        var pods = (await Api.ListAsync<Pod>(ObjectQuery.In(@namespace), CancellationToken.None)).Items;
        foreach (var pod in pods.Where(static pod => pod.Status.Phase != "Running" && !pod.IsTerminating))
            await Api.UpdateStatusAsync(Pods.Ready(pod), CancellationToken.None);
        return pods;
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string @namespace)
        where T : class, IApiObject<T> =>
        (await Api.ListAsync<T>(ObjectQuery.In(@namespace), CancellationToken.None)).Items;

    /// <summary>Waits until the object is so.</summary>
    public async Task<T> UntilAsync<T>(T item, Func<T, bool> condition, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string text = "")
        where T : class, IApiObject<T>
    {
        T? found = null;
        await Eventually.TrueAsync(async () => (found = await Api.FindAsync<T>(item.Key, CancellationToken.None)) is not null && condition(found), text: text);
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Server.DisposeAsync();
        _stop.Dispose();
    }

    private static UserInfo ServiceAccount(string name) => UserInfo.Of(
        $"system:serviceaccount:kube-system:{name}", "system:serviceaccounts", "system:serviceaccounts:kube-system", UserInfo.Authenticated);
}
