using ControlPlane.Registry;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>Something derived from what is served — discovery, OpenAPI — built when first asked for, and again when that has changed.</summary>
internal sealed class CatalogView<T>(ResourceCatalog catalog, Func<CatalogSnapshot, T> build)
    where T : class
{
    private readonly Lock _building = new();
    private volatile Built? _built;

    /// <summary>As of the present state of the catalog.</summary>
    public T Current
    {
        get
        {
            var served = catalog.Current;
            if (_built is { } built && ReferenceEquals(built.Served, served))
                return built.Value;
            lock (_building)
            {
                if (!ReferenceEquals(_built?.Served, served))
                    _built = new Built(served, build(served));
                return _built!.Value;
            }
        }
    }

    private sealed record Built(CatalogSnapshot Served, T Value);
}
