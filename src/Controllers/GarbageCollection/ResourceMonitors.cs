using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>Follows the metadata of every resource that can be deleted, listed and watched; new resources are found by asking from time to time.</summary>
internal sealed partial class ResourceMonitors(
    IApiTransport transport,
    ControllerScope scope,
    IReadOnlyList<string> ignored,
    Action<ObjectIdentity, ObjectMeta> observe,
    Action<string> remove)
{
    private static readonly TimeSpan DiscoveryPeriod = TimeSpan.FromSeconds(30); // garbagecollector.go: Sync period

    private readonly Dictionary<GroupVersionResource, Monitor> _monitors = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _log = scope.Log<ResourceMonitors>();
    private volatile ResourceMap _map = new([]);

    /// <summary>Which resource serves a kind; null where discovery does not know it.</summary>
    public DiscoveredResource? Find(GroupKind kind) => _map.Find(kind);

    /// <summary>Waits until all resources that were found first have been listed.</summary>
    public Task WaitForSyncAsync(CancellationToken cancel) => _synced.Task.WaitAsync(cancel);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(DiscoveryPeriod, scope.Clock);
        try
        {
            do
            {
                if (await TryRefreshAsync(cancel) && !_synced.Task.IsCompleted)
                {
                    await Task.WhenAll(_monitors.Values.Select(monitor => monitor.Informer.WaitForSyncAsync(cancel)));
                    _synced.TrySetResult();
                }
            }
            while (await timer.WaitForNextTickAsync(cancel));
        }
        finally
        {
            _synced.TrySetCanceled(CancellationToken.None);
            await Task.WhenAll(_monitors.Values.Select(static monitor => monitor.Loop)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Asks again which kinds there are.</summary>
    public async Task<bool> TryRefreshAsync(CancellationToken cancel)
    {
        try
        {
            var discovered = await transport.DiscoverAsync(cancel);
            _map = new(discovered.Resources);
            var wanted = discovered.Resources.Where(IsFollowed).ToDictionary(static resource => resource.Resource);
            foreach (var resource in wanted.Values.Where(resource => !_monitors.ContainsKey(resource.Resource)))
                _monitors[resource.Resource] = Start(resource, cancel);
            // A group that could not answer may be back in a moment: what it served is kept.
            foreach (var gone in _monitors.Keys.Where(key => !wanted.ContainsKey(key) && !discovered.Failed.Contains(key.GroupVersion)).ToList())
                await StopAsync(gone);
            return true;
        }
        catch (Exception failure) when (failure is ApiException or IOException or HttpRequestException)
        {
            Failed(_log, failure.Message);
            return false;
        }
    }

    private bool IsFollowed(DiscoveredResource resource) =>
        resource.Supports("list") && resource.Supports("watch") && resource.Supports("delete") && !ignored.Contains(resource.Resource.GroupResource.ToString());

    private Monitor Start(DiscoveredResource resource, CancellationToken cancel)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var options = new InformerOptions { Resource = resource.Resource };
        var informer = new Informer<PartialObjectMetadata>(transport, options, scope.Clock, scope.Random, _log);
        informer.Subscribe(change =>
        {
            if (change.After is { } item)
                observe(new(resource.Kind, item.Key, item.Uid), item.Metadata);
            else
                remove(change.Object.Uid);
        });
        return new(informer, stop, Task.Run(() => informer.RunAsync(stop.Token), CancellationToken.None));
    }

    private async Task StopAsync(GroupVersionResource resource)
    {
        if (!_monitors.Remove(resource, out var monitor))
            return;
        await monitor.Stop.CancelAsync();
        await monitor.Loop;
        foreach (var item in monitor.Informer.Store.List())
            remove(item.Uid);
        monitor.Stop.Dispose();
    }

    private sealed record Monitor(Informer<PartialObjectMetadata> Informer, CancellationTokenSource Stop, Task Loop);

    [LoggerMessage(LogLevel.Warning, "The server did not tell what it serves: {Message}")]
    private static partial void Failed(ILogger log, string message);
}
