using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Client;

/// <summary>Shorter ways to say what <see cref="IApiClient"/> can do.</summary>
public static class ApiClientWords
{
    extension(IApiObject item)
    {
        /// <summary>Namespace and name.</summary>
        public ObjectKey Key => new(item.Metadata.Namespace, item.Metadata.Name);

        /// <summary>The identity that no other object ever has.</summary>
        public string Uid => item.Metadata.Uid;

        /// <summary>Has its deletion begun?</summary>
        public bool IsTerminating => item.Metadata.DeletionTimestamp is not null;

        /// <summary>The owner that manages it, or null.</summary>
        public OwnerReference? Controller => item.Metadata.OwnerReferences.FirstOrDefault(static owner => owner.Controller == true);

        /// <summary>Is it managed by the object with that uid?</summary>
        public bool IsControlledBy(IApiObject owner) => item.Controller?.Uid == owner.Metadata.Uid;

        /// <summary>A reference for events and endpoints.</summary>
        public ObjectReference ToReference() => new()
        {
            Kind = item.GroupVersionKind.Kind,
            ApiVersion = item.GroupVersionKind.ApiVersion,
            Namespace = item.Metadata.Namespace,
            Name = item.Metadata.Name,
            Uid = item.Metadata.Uid,
            ResourceVersion = item.Metadata.ResourceVersion,
        };

        /// <summary>What its dependents say of it: it controls them, and its foreground deletion waits for them.</summary>
        public OwnerReference ToControllerReference() => new()
        {
            ApiVersion = item.GroupVersionKind.ApiVersion,
            Kind = item.GroupVersionKind.Kind,
            Name = item.Metadata.Name,
            Uid = item.Metadata.Uid,
            Controller = true,
            BlockOwnerDeletion = true,
        };
    }

    extension(IApiClient api)
    {
        /// <summary>Removes this very object: its uid is a precondition.</summary>
        public Task DeleteAsync<T>(T item, Deletion deletion, CancellationToken cancel)
            where T : class, IApiObject<T> =>
            api.DeleteAsync<T>(item.Key, deletion.OnlyIfUid(item.Uid), cancel);

        /// <summary>Removes it; says whether it was there.</summary>
        public async Task<bool> TryDeleteAsync<T>(T item, Deletion deletion, CancellationToken cancel)
            where T : class, IApiObject<T>
        {
            try
            {
                await api.DeleteAsync(item, deletion, cancel);
                return true;
            }
            catch (ApiException gone) when (gone.Code == 404)
            {
                return false;
            }
        }

        /// <summary>Makes it, or null where one of that name exists.</summary>
        public async Task<T?> TryCreateAsync<T>(T item, CancellationToken cancel)
            where T : class, IApiObject<T>
        {
            try
            {
                return await api.CreateAsync(item, cancel);
            }
            catch (ApiException exists) when (exists.Reason == "AlreadyExists")
            {
                return null;
            }
        }
    }
}
