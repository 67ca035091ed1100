using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry;
using ControlPlane.Registry.Cache;
using ControlPlane.ServerKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Client.Tests.Transports;

/// <summary>
/// What every way to the API keeps: the proof of the doc of <see cref="IApiTransport"/>, and of what the client makes of it. The tests of a fixture share a server;
/// each has a namespace of its own. The facts stand in the partial files, one subject each.
/// </summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
[CancelAfter(60_000)]
public abstract partial class TransportContract
{
    private ApiServerFixture _server = null!;
    private int _namespaces;

    /// <summary>The way under test, as somebody who may do everything.</summary>
    protected IApiTransport Transport { get; private set; } = null!;

    /// <summary>The client over it.</summary>
    protected ApiClient Api { get; private set; } = null!;

    /// <summary>A namespace of this test's own.</summary>
    protected string Namespace { get; private set; } = "";

    /// <summary>Ends the test when it hangs.</summary>
    protected static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task StartServerAsync()
    {
        // A short history, so that a test can outrun it.
        _server = await ApiServerFixture.StartAsync(options => options with { Registry = new RegistryOptions { Window = new WindowLimits { MinChanges = 1, MaxChanges = 256 } } });
        Transport = Connect(_server, "admin", "system:masters");
        Api = new ApiClient(Transport);
    }

    [OneTimeTearDown]
    public async Task StopServerAsync()
    {
        (Transport as IDisposable)?.Dispose();
        await _server.DisposeAsync();
    }

    [SetUp]
    public async Task MakeNamespaceAsync()
    {
        Namespace = $"test-{++_namespaces}";
        await Api.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = Namespace } }, Cancel);
    }

    /// <summary>Goes to the server as that user.</summary>
    protected abstract IApiTransport Connect(ApiServerFixture server, string user, params string[] groups);

    /// <summary>The way of a user who may do nothing.</summary>
    protected IApiTransport Stranger() => Connect(_server, "stranger");

    protected ConfigMap Map(string name, params string[] labels) => new()
    {
        Metadata = new ObjectMeta { Namespace = Namespace, Name = name, Labels = [.. labels.Select(label => KeyValuePair.Create(label, "yes"))] },
        Data = [KeyValuePair.Create("a", "1")],
    };

    protected Task<ConfigMap> MakeAsync(string name, params string[] labels) => Api.CreateAsync(Map(name, labels), Cancel);

    protected Task<ConfigMap> ChangeAsync(ConfigMap map, string value) =>
        Api.PatchAsync<ConfigMap>(map.Key, Patch.Merge($$$"""{"data":{"a":"{{{value}}}"}}"""), Cancel);

    protected ApiRequest Request(string name = "") => new() { Resource = ConfigMap.Resource.GroupVersionResource, Namespace = Namespace, Name = name };

    protected static async Task<ApiException> RefusedAsync(Func<Task> act)
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => act());
        return refused!;
    }
}
