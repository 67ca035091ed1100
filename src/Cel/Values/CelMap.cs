namespace ControlPlane.Cel.Values;

/// <summary>A map in memory.</summary>
public sealed class CelMap(IReadOnlyDictionary<CelValue, CelValue> entries) : ICelMap
{
    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public IEnumerable<CelValue> Keys => entries.Keys;

    /// <inheritdoc/>
    public bool TryGet(in CelValue key, out CelValue value) => entries.TryGetValue(key, out value);
}
