namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Hands each committed revision to everybody who watches. A watcher that is added learns the revision from which on it is told of everything, under the
/// same lock under which revisions are handed out: what is up to it is read from the tables, so that there is neither gap nor repeat.
/// </summary>
internal sealed class WatchHub(Revision current)
{
    private readonly Lock _lock = new();
    private readonly List<WatchBuffer> _watchers = [];
    private Revision _published = current;
    private long _current = current.Value;
    private bool _closed;

    /// <summary>The newest revision that anybody has seen.</summary>
    public Revision Current => new(Volatile.Read(ref _current));

    /// <summary>
    /// A read has seen a revision: it is committed, but may not have been published yet. From now on it is the current one for everybody, since who asks
    /// after that read must not be told of an older one.
    /// </summary>
    public void Seen(Revision revision)
    {
        var current = Volatile.Read(ref _current);
        while (revision.Value > current)
        {
            var found = Interlocked.CompareExchange(ref _current, revision.Value, current);
            if (found == current)
                return;
            current = found;
        }
    }

    /// <summary>Adds a watcher and tells the last revision that it will not be told of.</summary>
    public Revision Add(WatchBuffer watcher)
    {
        lock (_lock)
        {
            if (_closed)
                watcher.End(Closed());
            else
                _watchers.Add(watcher);
            return _published;
        }
    }

    public void Remove(WatchBuffer watcher)
    {
        lock (_lock)
            _watchers.Remove(watcher);
    }

    /// <summary>Publishes the revisions of a batch.</summary>
    public void Publish(IReadOnlyList<StoreWatchMessage.Changed> changes, Revision current)
    {
        Seen(current);
        lock (_lock)
        {
            foreach (var changed in changes)
            {
                foreach (var watcher in _watchers)
                    watcher.Offer(changed);
            }

            _published = current;
        }
    }

    /// <summary>Tells a watcher that has nothing to read how far it is.</summary>
    public void OfferProgress(WatchBuffer watcher)
    {
        lock (_lock)
            watcher.OfferProgress(_published);
    }

    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var watcher in _watchers)
                watcher.End(Closed());
            _watchers.Clear();
        }
    }

    private static StoreUnavailableException Closed() => new("the store is closed", outcomeUnknown: false);
}
