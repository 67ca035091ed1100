namespace ControlPlane.Node.Pods;

/// <summary>How long to wait before something that failed is tried again: doubling by key, forgotten after a long success.</summary>
/// <remarks>
/// Worked example, 10 s to 5 min: a container that fails is started again at once and the key is given 10 s; if it ends within these 10 s, its next start waits
/// for what remains of them, and the key is given 20 s. A run of more than twice the longest delay forgets all (client-go: flowcontrol.Backoff).
/// </remarks>
internal sealed class BackOffTable(TimeSpan initial, TimeSpan longest)
{
    private readonly Dictionary<string, (TimeSpan Delay, DateTimeOffset Set)> _entries = new(StringComparer.Ordinal);

    /// <summary>The delay that the key has now.</summary>
    public TimeSpan DelayOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Delay : TimeSpan.Zero;

    /// <summary>How long the key still has to wait after what happened at <paramref name="since"/>; zero for not at all.</summary>
    public TimeSpan Remaining(string key, DateTimeOffset since, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(key, out var entry) || IsForgotten(entry.Set, since))
            return TimeSpan.Zero;
        var remaining = entry.Delay - (now - since);
        return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
    }

    /// <summary>Raises the key's delay: it is being tried again after what happened at <paramref name="since"/>.</summary>
    public void Raise(string key, DateTimeOffset since, DateTimeOffset now)
    {
        var delay = _entries.TryGetValue(key, out var entry) && !IsForgotten(entry.Set, since) ? entry.Delay * 2 : initial;
        _entries[key] = (delay < longest ? delay : longest, now);
    }

    private bool IsForgotten(DateTimeOffset set, DateTimeOffset since) => since - set > longest * 2;
}
