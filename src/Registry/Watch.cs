using ControlPlane.Machinery.Errors;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <content>Watching: where a watch begins.</content>
public sealed partial class ResourceStore
{
    /// <inheritdoc/>
    public async partial ValueTask<ResourceWatch> WatchAsync(WatchRequest request, CancellationToken cancel)
    {
        ResourceVersionRules.Check(request, _options.AllowsInitialEvents);
        var revision = ResourceVersionRules.ParseForWatch(request.ResourceVersion);
        await _cache.Ready.WaitAsync(cancel);
        var scope = new WatchScope(
            request.Selection, ScopeOf(request.Namespace), request.Selection.InterestIn(request.Namespace, Definition.Info.IsNamespaced));
        var watch = new ResourceWatch(_cache, _feed, scope, new WatchTimes(_clock, request.Timeout, _options.BookmarkInterval, request.AllowBookmarks));
        try
        {
            await StartAsync(watch, request, revision, cancel);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    private async ValueTask StartAsync(ResourceWatch watch, WatchRequest request, Revision revision, CancellationToken cancel)
    {
        // Without a resourceVersion a watch has always begun with the present state, and does unless told otherwise.
        var withInitial = request.SendInitialEvents ?? revision == Revision.None;
        if (withInitial || revision == Revision.None)
            await SettleForWatchAsync(request, revision, cancel);
        var (state, now) = Now();
        if (withInitial)
            watch.StartWith(state, now, closesInitial: request.AllowBookmarks);
        else if (revision == Revision.None)
            watch.StartAfter(state, now);
        else if (revision < state.Window.BaseRevision)
            watch.StartFailed(ApiError.Expired($"too old resource version: {revision} ({state.Window.BaseRevision})"));
        else
            watch.StartAfter(state, revision);
    }

    private ValueTask SettleForWatchAsync(WatchRequest request, Revision revision, CancellationToken cancel) => request.ResourceVersion switch
    {
        "" => _feed.CatchUpAsync(cancel),
        "0" => ValueTask.CompletedTask,
        _ => ReachAsync(revision, cancel),
    };
}
