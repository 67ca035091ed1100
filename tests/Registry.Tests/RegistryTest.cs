using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using CreateRequest = ControlPlane.Registry.Writes.CreateRequest;

namespace ControlPlane.Registry.Tests;

/// <summary>A registry of a few kinds over a store of its own for each test, with a clock that the test drives.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Parallelizable(ParallelScope.All)]
[CancelAfter(60_000)]
public abstract class RegistryTest
{
    private readonly TemporaryDirectory _directory = new();
    private IKeyValueStore? _store;
    private ResourceCatalog? _catalog;
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;

    private protected FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private protected IKeyValueStore Store => _store!;

    private protected ResourceCatalog Catalog => _catalog!;

    private protected ConfigMaps ConfigMapKind { get; } = new();

    private protected Pods PodKind { get; } = new();

    private protected Deployments DeploymentKind { get; } = new();

    private protected Events EventKind { get; } = new();

    private protected Namespaces NamespaceKind { get; } = new();

    private protected ResourceStore ConfigMaps => Catalog.StoreOf(ConfigMapKind);

    private protected ResourceStore Pods => Catalog.StoreOf(PodKind);

    private protected ResourceStore Deployments => Catalog.StoreOf(DeploymentKind);

    private protected ResourceStore Events => Catalog.StoreOf(EventKind);

    private protected ResourceStore Namespaces => Catalog.StoreOf(NamespaceKind);

    private protected virtual RegistryOptions Options => new() { CompactionInterval = TimeSpan.Zero };

    private protected static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public async Task StartAsync()
    {
        _store = await OpenStoreAsync(_directory["store.db"]);
        _catalog = new ResourceCatalog(_store, Options, Clock, new Random(1), NullLogger<ResourceCatalog>.Instance);
        _stop = new CancellationTokenSource();
        _running = _catalog.RunAsync(_stop.Token);
        await _catalog.AddAsync([ConfigMapKind, PodKind, DeploymentKind, EventKind, NamespaceKind], Cancel);
    }

    [TearDown]
    public async Task CleanUpAsync()
    {
        await StopAsync();
        _directory.Dispose();
    }

    private async Task StopAsync()
    {
        await (_stop?.CancelAsync() ?? Task.CompletedTask);
        await _running;
        await (_store?.DisposeAsync() ?? ValueTask.CompletedTask);
        _stop?.Dispose();
    }

    private protected virtual async Task<IKeyValueStore> OpenStoreAsync(string path) =>
        await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = path, Time = Clock }, Cancel);

    /// <summary>Ends the server and begins again on the same files.</summary>
    private protected async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    private protected WriteContext By(string subresource = "") =>
        new("tester", "", [], ImmutableDictionary<string, ImmutableArray<string>>.Empty, Clock.GetUtcNow(), subresource);

    private protected CreateRequest Creating => new() { Context = By() };

    private protected UpdateRequest Updating => new() { Context = By() };

    private protected static ConfigMap Map(string name, string value = "1", string ns = "default", params (string Key, string Value)[] labels) => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = ns, Labels = labels.Select(label => KeyValuePair.Create(label.Key, label.Value)).ToValueMap() },
        Data = ValueMap.Of("k", value),
    };

    private protected static ObjectKey Key(string name, string ns = "default") => new(ns, name);

    private protected async Task<StoredObject> CreateAsync(ConfigMap map) => await ConfigMaps.CreateAsync(map, Creating, Cancel);

    /// <summary>Changes an object as a patch does: whatever is there.</summary>
    private protected async Task<StoredObject> ChangeAsync<T>(ResourceStore store, ObjectKey key, Func<T, T> change, UpdateRequest? request = null)
        where T : class, IApiObject<T> =>
        (await store.UpdateAsync(key, (current, _) => new(change((T)current!.Record)), request ?? Updating, Cancel)).Object;

    private protected Task<StoredObject> SetAsync(string name, string value, string ns = "default") =>
        ChangeAsync<ConfigMap>(ConfigMaps, Key(name, ns), map => map with { Data = ValueMap.Of("k", value) });

    private protected async Task<DeleteResult> DeleteAsync(ResourceStore store, ObjectKey key, DeleteOptions? options = null, bool dryRun = false) =>
        await store.DeleteAsync(key, new DeleteRequest { Context = By(), Options = options ?? new DeleteOptions(), DryRun = dryRun }, Cancel);

    private protected static async Task<ApiException> RefusedAsync(Func<Task> action, int code)
    {
        try
        {
            await action();
        }
        catch (ApiException refusal)
        {
            Assert.That(refusal.Code, Is.EqualTo(code), refusal.Message);
            return refusal;
        }

        throw new AssertionException($"was not refused with {code}");
    }

    /// <summary>The next things that a watch tells, waited for.</summary>
    private protected static async Task<List<WatchItem>> ReadAsync(ResourceWatch watch, int count)
    {
        var items = new List<WatchItem>();
        while (items.Count < count && await watch.WaitToReadAsync(Cancel))
        {
            while (items.Count < count && watch.TryRead(out var item))
                items.Add(item);
        }

        return items;
    }

    private protected static string Tell(WatchItem item) => $"{item.Type} {item.Object?.Key.Name}@{item.Revision}";
}
