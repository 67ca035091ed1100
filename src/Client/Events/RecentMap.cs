namespace ControlPlane.Client.Events;

/// <summary>A map that forgets what was not used for longest, once it is full.</summary>
internal sealed class RecentMap<T>(int capacity)
    where T : class
{
    private readonly Dictionary<string, LinkedListNode<(string Key, T Value)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Key, T Value)> _order = new();

    public T? Find(string key)
    {
        if (!_nodes.TryGetValue(key, out var node))
            return null;
        _order.Remove(node);
        _order.AddFirst(node);
        return node.Value.Value;
    }

    public void Set(string key, T value)
    {
        if (_nodes.Remove(key, out var before))
            _order.Remove(before);
        _nodes[key] = _order.AddFirst((key, value));
        if (_nodes.Count <= capacity)
            return;
        _nodes.Remove(_order.Last!.Value.Key);
        _order.RemoveLast();
    }
}
