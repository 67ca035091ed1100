using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;

namespace ControlPlane.Registry;

/// <content>Reading many objects: which moment a list is of, and its pages.</content>
public sealed partial class ResourceStore
{
    /// <inheritdoc/>
    public async partial ValueTask<ObjectPage> ListAsync(ListRequest request, CancellationToken cancel)
    {
        ResourceVersionRules.Check(request);
        await _cache.Ready.WaitAsync(cancel);
        var prefix = ScopeOf(request.Namespace);
        if (request.Continue.Length > 0)
            return await ContinueAsync(request, prefix, cancel);
        var revision = ResourceVersionRules.Parse(request.ResourceVersion);
        // A limit with a resourceVersion has always meant exactly this one, before there was a match to say so.
        var isExact = request.ResourceVersionMatch == "Exact" || (request is { Limit: > 0, ResourceVersionMatch: "" } && revision != Revision.None);
        if (isExact)
            return await PageAsync(request, prefix, prefix, revision, () => ApiError.Expired("The resourceVersion for the provided list is too old."), cancel);
        await SettleAsync(request.ResourceVersion, cancel);
        var (state, now) = Now();
        // What is content with any age is answered as a whole.
        return Page(request with { Limit = request.ResourceVersion == "0" ? 0 : request.Limit }, prefix, prefix, state.Objects, now);
    }

    private async ValueTask<ObjectPage> ContinueAsync(ListRequest request, string prefix, CancellationToken cancel)
    {
        var token = ContinueToken.Parse(request.Continue, prefix);
        if (request.ResourceVersion is not ("" or "0"))
            throw ApiError.BadRequest("specifying resource version is not allowed when using continue");
        if (token.Revision != Revision.None)
            return await PageAsync(request, prefix, token.Start, token.Revision, () => TooOldToContinue(token, prefix), cancel);
        await SettleAsync("", cancel);
        var (state, now) = Now();
        return Page(request, prefix, token.Start, state.Objects, now);
    }

    // A page of exactly one revision: from memory as far back as it reaches, then from the store.
    private async ValueTask<ObjectPage> PageAsync(
        ListRequest request, string prefix, string start, Revision revision, Func<ApiException> tooOld, CancellationToken cancel)
    {
        var (state, now) = Now();
        if (revision > now)
        {
            var newest = await _store.CurrentRevisionAsync(cancel);
            if (revision > newest)
                throw ApiError.TooLargeResourceVersion(revision.Value, newest.Value);
            await _feed.CatchUpAsync(cancel);
            state = _cache.State;
        }

        if (state.ObjectsAt(revision) is { } objects)
            return Page(request, prefix, start, objects, revision);
        return await PageFromStoreAsync(request, prefix, start, revision, cancel) ?? throw tooOld();
    }

    private static ObjectPage Page(ListRequest request, string prefix, string start, ObjectTree objects, Revision revision)
    {
        var whole = new TreeSource(objects, request.Selection, start, prefix);
        if (request.Limit <= 0 || whole.Last(request.Limit) is not { } last)
            return new ObjectPage(whole, revision, "", null);
        var end = prefix.Length == 0 ? objects.Count : objects.Rank(prefix[..^1] + (char)(prefix[^1] + 1));
        var page = new TreeSource(objects, request.Selection, start, prefix, request.Limit);
        return PageWithRest(page, last, end - objects.Rank(last.Path) - 1, request, prefix, revision);
    }

    private async ValueTask<ObjectPage?> PageFromStoreAsync(ListRequest request, string prefix, string start, Revision revision, CancellationToken cancel)
    {
        const int ReadAtOnce = 500;
        var selected = new List<StoredObject>();
        var all = KeyInterval.Prefix(_prefix + prefix);
        var from = _prefix + start;
        while (true)
        {
            var read = await _store.RangeAsync(new RangeQuery(all with { Start = from }, ReadAtOnce, revision), cancel);
            if (read is not RangeResult.Found found)
                return null;
            for (var i = 0; i < found.Items.Count; i++)
            {
                var item = found.Items[i];
                var one = new StoredObject(_form, item.Key[_prefix.Length..], item.Value, item.Modified, item.Modified);
                if (request.Selection.Selects(one))
                    selected.Add(one);
                if (request.Limit > 0 && selected.Count == request.Limit)
                    return PageWithRest(new ListSource(selected), one, found.Count - i - 1, request, prefix, revision);
            }

            if (!found.More)
                return new ObjectPage(new ListSource(selected), revision, "", null);
            from = found.Items[^1].Key + '\0';
        }
    }

    // Whether more follows is said by what is left unread, selected or not; how much is said only where nothing is left out.
    private static ObjectPage PageWithRest(IObjectSource page, StoredObject last, long rest, ListRequest request, string prefix, Revision revision) => rest == 0
        ? new ObjectPage(page, revision, "", null)
        : new ObjectPage(page, revision, ContinueToken.After(last.Path, prefix, revision), request.Selection.IsEverything ? rest : null);

    private static ApiException TooOldToContinue(ContinueToken token, string prefix)
    {
        var expired = ApiError.Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, "
            + "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - "
            + "objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.");
        return new ApiException(expired.Status with { Metadata = new ListMeta { Continue = token.GivenUp(prefix) } });
    }

    // Enumerated while it is written: nothing is collected, however long the list.
    private sealed class TreeSource(ObjectTree objects, ObjectSelection selection, string start, string prefix, long limit = long.MaxValue) : IObjectSource
    {
        public IEnumerable<StoredObject> Enumerate()
        {
            var left = limit;
            foreach (var one in objects.From(start, prefix))
            {
                if (!selection.Selects(one))
                    continue;
                yield return one;
                if (--left == 0)
                    yield break;
            }
        }

        // The object that fills a page of that size; null when the page stays open.
        public StoredObject? Last(long size)
        {
            foreach (var one in Enumerate())
            {
                if (--size == 0)
                    return one;
            }

            return null;
        }
    }

    private sealed class ListSource(List<StoredObject> objects) : IObjectSource
    {
        public IEnumerable<StoredObject> Enumerate() => objects;
    }
}
