using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Controllers.GarbageCollection;

/// <summary>Reads, changes and deletes objects of which only kind and name are known.</summary>
internal sealed class OwnedObjects(IApiClient api, ResourceMonitors monitors)
{
    /// <summary>Which resource serves the kind; null where the server does not know it (yet).</summary>
    public DiscoveredResource? ResourceOf(GroupVersionKind kind) => monitors.Find(kind.GroupKind);

    /// <summary>The object as the server has it; null where it is absent, or another has its name.</summary>
    /// <exception cref="ApiException">The kind is not served (404 without a name), or the server refused.</exception>
    public async Task<PartialObjectMetadata?> FindAsync(ObjectIdentity identity, CancellationToken cancel)
    {
        var found = await Client(identity, out var key).FindAsync(key, cancel);
        return found?.Uid == identity.Uid ? found : null;
    }

    /// <summary>Deletes that very object; nothing happens where it is gone.</summary>
    public async Task DeleteAsync(ObjectIdentity identity, Deletion deletion, CancellationToken cancel)
    {
        try
        {
            await Client(identity, out var key).DeleteAsync(key, deletion.OnlyIfUid(identity.Uid), cancel);
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            // Somebody else was faster.
        }
    }

    /// <summary>Writes its owners and finalizers, if it is still what was read (409 otherwise); nothing happens where it is gone.</summary>
    public async Task WriteAsync(ObjectIdentity identity, ObjectMeta read, ValueList<OwnerReference> owners, ValueList<string> finalizers, CancellationToken cancel)
    {
        try
        {
            await Client(identity, out var key).PatchAsync(key, MetadataPatch(read, owners, finalizers), cancel);
        }
        catch (ApiException gone) when (gone.Code == 404)
        {
            // Somebody else was faster.
        }
    }

    // A merge patch, which custom resources understand too; it replaces lists as a whole, so it carries the version they were read in.
    private static Patch MetadataPatch(ObjectMeta read, ValueList<OwnerReference> owners, ValueList<string> finalizers)
    {
        var json = new JsonOutput();
        json.Raw("{\"metadata\":{\"uid\":"u8);
        json.String(read.Uid);
        json.Raw(",\"resourceVersion\":"u8);
        json.String(read.ResourceVersion);
        if (owners != read.OwnerReferences)
            Array(json, "ownerReferences", owners.IsEmpty, () => Items(json, owners, owner => owner.WriteJson(json)));
        if (finalizers != read.Finalizers)
            Array(json, "finalizers", finalizers.IsEmpty, () => Items(json, finalizers, json.String));
        json.Raw("}}"u8);
        return Patch.Merge(json.ToArray());
    }

    private static void Array(JsonOutput json, string name, bool isEmpty, Action write)
    {
        json.Name(name);
        if (isEmpty)
            json.Null();
        else
            write();
    }

    private static void Items<T>(JsonOutput json, ValueList<T> items, Action<T> write)
    {
        var start = json.Begin();
        foreach (var item in items)
        {
            json.Comma();
            write(item);
        }
        json.EndArray(start);
    }

    private MetadataClient Client(ObjectIdentity identity, out ObjectKey key)
    {
        var resource = ResourceOf(identity.Kind) ?? throw ApiError.PathNotFound();
        key = resource.IsNamespaced ? identity.Key : new("", identity.Key.Name);
        return api.Metadata(resource.Resource);
    }
}
