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
        var scope = request.Selection.ScopeIn(request.Namespace, Definition.Info.IsNamespaced);
        if (request.Continue.Length > 0)
            return await ContinueAsync(request, scope with { Path = null }, cancel);
        var revision = ResourceVersionRules.Parse(request.ResourceVersion);
        // One object by its name is a page, whatever the limit; what is content with any age is answered as a whole.
        var query = new PageQuery(request.Selection, scope, scope.Prefix, scope.Path is null && request.ResourceVersion != "0" ? request.Limit : 0);
        // A limit with a resourceVersion has always meant exactly this one, before there was a match to say so.
        var isExact = request.ResourceVersionMatch == "Exact" || (query.Limit > 0 && request.ResourceVersionMatch.Length == 0 && revision != Revision.None);
        if (isExact)
            return await PageAsync(query, revision, () => ApiError.Expired("The resourceVersion for the provided list is too old."), cancel);
        return await NewestAsync(query, request.ResourceVersion, cancel);
    }

    private async ValueTask<ObjectPage> ContinueAsync(ListRequest request, ReadScope scope, CancellationToken cancel)
    {
        var token = ContinueToken.Parse(request.Continue, scope.Prefix);
        if (request.ResourceVersion is not ("" or "0"))
            throw ApiError.BadRequest("specifying resource version is not allowed when using continue");
        var query = new PageQuery(request.Selection, scope, token.Start, request.Limit);
        if (token.Revision != Revision.None)
            return await PageAsync(query, token.Revision, () => TooOldToContinue(token, scope.Prefix), cancel);
        return await NewestAsync(query, "", cancel);
    }

    // A page of what the cache holds, once that is new enough.
    private async ValueTask<ObjectPage> NewestAsync(PageQuery query, string resourceVersion, CancellationToken cancel)
    {
        await SettleAsync(resourceVersion, cancel);
        _cache.IndexFor(query.Selection);
        var (state, now) = Now();
        return query.From(state, now);
    }

    // A page of exactly one revision: from memory as far back as it reaches, then from the store.
    private async ValueTask<ObjectPage> PageAsync(PageQuery query, Revision revision, Func<ApiException> tooOld, CancellationToken cancel)
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
            return query.From(objects, revision);
        return await query.FromStoreAsync(_store, _form, _prefix, revision, cancel) ?? throw tooOld();
    }

    private static ApiException TooOldToContinue(ContinueToken token, string prefix)
    {
        var expired = ApiError.Expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, "
            + "or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - "
            + "objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.");
        return new ApiException(expired.Status with { Metadata = new ListMeta { Continue = token.GivenUp(prefix) } });
    }
}
