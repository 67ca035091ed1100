using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;

namespace ControlPlane.ApiServer.Admission;

/// <summary>What plugins ask of objects other than the one that is written.</summary>
internal static class AdmissionReads
{
    extension(ResourceCatalog catalog)
    {
        /// <summary>
        /// An object that a write depends on; null where there is none. The cache may not know yet what was made a moment ago: only the store can say that
        /// there is none.
        /// </summary>
        public async ValueTask<T?> FindAsync<T>(GroupResource resource, ObjectKey key, CancellationToken cancel)
            where T : class, IApiObject
        {
            if (catalog.Current.Find(resource) is not { } store)
                return null;
            return (store.FindCached(key) ?? await store.FindAsync(key, cancel))?.Record as T;
        }
    }
}
