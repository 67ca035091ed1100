using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Writes;

namespace ControlPlane.ApiServer.Bootstrap;

/// <summary>How the server itself writes objects: past authorization and admission, as its loopback user.</summary>
internal sealed class SystemObjects(ResourceCatalog catalog, TimeProvider time)
{
    /// <summary>Where objects of that kind are.</summary>
    public ResourceStore StoreOf(GroupVersionKind kind) => catalog.Current.TryFind(kind, out var served)
        ? served.Store
        : throw new InvalidOperationException($"{kind} is not served");

    /// <summary>Makes it, unless another server has made it at the same moment.</summary>
    /// <returns>Null where there is one already.</returns>
    /// <exception cref="ApiException">It breaks our own rules.</exception>
    public async Task<StoredObject?> TryCreateAsync(IApiObject wanted, CancellationToken cancel)
    {
        var store = StoreOf(wanted.GroupVersionKind);
        try
        {
            return await store.CreateAsync(store.Definition.Default(wanted), new CreateRequest { Context = Context() }, cancel);
        }
        catch (ApiException taken) when (taken.Reason == "AlreadyExists")
        {
            return null;
        }
    }

    /// <summary>Makes of the newest version what the change says, and writes nothing where nothing is different.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="key">Its name.</param>
    /// <param name="change">Called again after every lost race.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="subresource">"" for the object itself.</param>
    /// <exception cref="ApiException">There is none (404), or it breaks our own rules.</exception>
    public async Task UpdateAsync(GroupVersionKind kind, ObjectKey key, Func<IApiObject, IApiObject> change, CancellationToken cancel, string subresource = "")
    {
        var store = StoreOf(kind);
        await store.UpdateAsync(
            key,
            (current, _) =>
            {
                var changed = change((current ?? throw ApiError.NotFound(store.Definition.Resource, key.Name)).Record);
                // Some kinds are not to be updated without saying which version is meant.
                return ValueTask.FromResult(store.Definition.Default(changed.WithMetadata(changed.Metadata with { ResourceVersion = current.ResourceVersion })));
            },
            new UpdateRequest { Context = Context() with { Subresource = subresource } },
            cancel);
    }

    /// <summary>Makes it where there is none, and else of the newest version what the change says.</summary>
    /// <exception cref="ApiException">It breaks our own rules.</exception>
    public async Task PutAsync(IApiObject wanted, Func<IApiObject, IApiObject> change, CancellationToken cancel)
    {
        var key = new ObjectKey(wanted.Metadata.Namespace, wanted.Metadata.Name);
        if (StoreOf(wanted.GroupVersionKind).FindCached(key) is null && await TryCreateAsync(wanted, cancel) is not null)
            return;
        await UpdateAsync(wanted.GroupVersionKind, key, change, cancel);
    }

    /// <summary>Removes it, if it is still the version that was looked at.</summary>
    public async Task DeleteAsync(StoredObject seen, CancellationToken cancel)
    {
        var options = new DeleteOptions { Preconditions = new Preconditions { Uid = seen.Record.Metadata.Uid, ResourceVersion = seen.ResourceVersion } };
        try
        {
            await StoreOf(seen.Record.GroupVersionKind).DeleteAsync(seen.Key, new DeleteRequest { Context = Context(), Options = options }, cancel);
        }
        catch (ApiException other) when (other.Code is 404 or 409)
        {
            // Somebody else was here first.
        }
    }

    private WriteContext Context() =>
        new(UserInfo.Loopback.Name, UserInfo.Loopback.Uid, UserInfo.Loopback.Groups, UserInfo.Loopback.Extra, time.GetUtcNow());
}
