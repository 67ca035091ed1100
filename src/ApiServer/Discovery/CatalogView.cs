namespace ControlPlane.ApiServer.Discovery;

/// <summary>Something derived from the catalog, built when first asked for and again when the catalog has changed.</summary>
/// <typeparam name="T">What is derived: discovery, OpenAPI.</typeparam>
internal sealed class CatalogView<T>(Func<long> generation, Func<T> build)
    where T : class
{
    private readonly Lock _building = new();
    private volatile Built? _built;

    /// <summary>As of the present state of the catalog.</summary>
    public T Current
    {
        get
        {
            var now = generation();
            if (_built is { } built && built.Generation == now)
                return built.Value;
            lock (_building)
            {
                if (_built?.Generation != now)
                    _built = new Built(now, build());
                return _built.Value;
            }
        }
    }

    private sealed record Built(long Generation, T Value);
}
