namespace ControlPlane.Client.Informers;

/// <summary>Finds objects of a store by a value computed from each: the node a pod is on, the uid of its owner.</summary>
/// <remarks>Written under the store's lock only; the store reads it under the same lock.</remarks>
internal sealed class ObjectIndex<T>(Func<T, IEnumerable<string>> values)
    where T : class
{
    private readonly Dictionary<string, HashSet<T>> _byValue = new(StringComparer.Ordinal);

    public void Add(T item)
    {
        foreach (var value in values(item))
        {
            if (!_byValue.TryGetValue(value, out var items))
                _byValue[value] = items = new(ReferenceEqualityComparer.Instance);
            items.Add(item);
        }
    }

    public void Remove(T item)
    {
        foreach (var value in values(item))
        {
            if (_byValue.TryGetValue(value, out var items) && items.Remove(item) && items.Count == 0)
                _byValue.Remove(value);
        }
    }

    public T[] Find(string value) => _byValue.TryGetValue(value, out var items) ? [.. items] : [];
}
