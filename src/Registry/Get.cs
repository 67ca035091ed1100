using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <content>Reading one object.</content>
public sealed partial class ResourceStore
{
    /// <inheritdoc/>
    public async partial ValueTask<StoredObject> GetAsync(ObjectKey key, string resourceVersion, CancellationToken cancel)
    {
        await SettleAsync(resourceVersion, cancel);
        return FindCached(key) ?? throw ApiError.NotFound(Definition.Resource, key.Name);
    }

    /// <inheritdoc/>
    public async partial ValueTask<StoredObject?> FindAsync(ObjectKey key, CancellationToken cancel)
    {
        await SettleAsync("", cancel);
        return FindCached(key);
    }

    /// <inheritdoc/>
    public partial IEnumerable<StoredObject> ListCached(string @namespace)
    {
        var prefix = @namespace.Length == 0 ? "" : @namespace + "/";
        return _cache.State.Objects.From(prefix, prefix);
    }

    // Waits until the cache may answer: with everything committed before now, with that revision, or (for "0") with anything.
    private async ValueTask SettleAsync(string resourceVersion, CancellationToken cancel)
    {
        var revision = ResourceVersionRules.Parse(resourceVersion);
        await _cache.Ready.WaitAsync(cancel);
        if (resourceVersion.Length == 0)
            await _feed.CatchUpAsync(cancel);
        else
            await ReachAsync(revision, cancel);
    }

    private async ValueTask ReachAsync(Revision revision, CancellationToken cancel)
    {
        if (_feed.Revision >= revision || _cache.State.Revision >= revision)
            return;
        if (!await _feed.WaitForAsync(revision, _options.FreshnessWait, cancel))
            throw ApiError.TooLargeResourceVersion(revision.Value, _feed.Revision.Value);
    }

    // The revision of a moment: what has been taken in before it, or what the moment itself shows if that is later.
    private (CacheState State, Revision Revision) Now()
    {
        var reached = _feed.Revision;
        var state = _cache.State;
        return (state, state.Revision > reached ? state.Revision : reached);
    }
}
