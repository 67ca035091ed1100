using ControlPlane.Machinery.Errors;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <content>Watching: where a watch begins.</content>
public sealed partial class ResourceStore
{
    /// <summary>Refuses combinations that mean nothing; done by <see cref="WatchAsync"/>, too. For those who must refuse them before something else.</summary>
    /// <exception cref="ApiException">422</exception>
    public void Check(WatchRequest request) => ResourceVersionRules.Check(request, _options.AllowsInitialEvents);

    /// <inheritdoc/>
    public async partial ValueTask<ResourceWatch> WatchAsync(WatchRequest request, CancellationToken cancel)
    {
        Check(request);
        var revision = ResourceVersionRules.ParseForWatch(request.ResourceVersion);
        await _cache.Ready.WaitAsync(cancel);
        var scope = request.Selection.ScopeIn(request.Namespace, Definition.Info.IsNamespaced);
        var watch = new ResourceWatch(
            _cache, _feed, request.Selection, scope, new WatchTimes(_clock, request.Timeout, _options.BookmarkInterval, request.AllowBookmarks));
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
        if ((withInitial || revision == Revision.None) && await TooNewAsync(request, revision, cancel) is { } tooNew)
        {
            watch.StartFailed(tooNew);
            return;
        }

        if (withInitial)
            _cache.IndexFor(request.Selection);
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

    // Once its resourceVersion could be read a watch has begun, and all else that is wrong is told by an event (apiserver: cacher.go, Watch).
    private async ValueTask<ApiException?> TooNewAsync(WatchRequest request, Revision revision, CancellationToken cancel)
    {
        try
        {
            if (request.ResourceVersion.Length == 0)
                await _feed.CatchUpAsync(cancel);
            else if (revision != Revision.None)
                await ReachAsync(revision, cancel);
            return null;
        }
        catch (ApiException tooNew)
        {
            return tooNew;
        }
    }
}
