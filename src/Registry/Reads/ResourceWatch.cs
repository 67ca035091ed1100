using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry.Cache;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Reads;

/// <summary>What a watch tells.</summary>
/// <param name="Type">What happened, as this watch's selection sees it: an object that leaves the selection is deleted, one that enters it is added.</param>
/// <param name="Object">The object; for a deletion its last state, with the deletion's resourceVersion. Null for a bookmark.</param>
/// <param name="Revision">The event's resourceVersion.</param>
/// <param name="EndsInitialEvents">The bookmark that ends the present state (<c>k8s.io/initial-events-end</c>).</param>
public readonly record struct WatchItem(WatchEventType Type, StoredObject? Object, Revision Revision, bool EndsInitialEvents = false);

/// <summary>
/// One watch, pulled by its reader: a place in the window of recent changes, and a filter. Read as a channel is:
/// <c>while (await watch.WaitToReadAsync(cancel)) { while (watch.TryRead(out var item)) ...; }</c>
/// </summary>
/// <remarks>
/// <para>For one reader. It ends (<see cref="WaitToReadAsync"/> answers false) when its time is over, when the resource is no longer served, and when the
/// reader is so slow that the window has passed it: what the reader has not read costs nothing. A reader that does not even come back to see that it has
/// ended, because it is stuck with what it has read, is told so by <see cref="WhenStuck"/>.</para>
/// <para>How it sleeps: it announces that it does, then looks once more whether there is something to read. The feed publishes a change before it looks who sleeps.
/// So one of the two sees the other. While it sleeps, changes that do not concern it pass by; who wakes it says from where on to read.</para>
/// </remarks>
public sealed class ResourceWatch : IDisposable
{
    private const int BookmarkDue = 1;
    private const int OverDue = 2;

    // How long a reader may be busy after the end before it counts as stuck.
    private static readonly TimeSpan StuckAfter = TimeSpan.FromSeconds(2);

    private readonly ResourceCache _cache;
    private readonly RegistryFeed _feed;
    private readonly ObjectSelection _selection;
    private readonly ReadScope _scope;
    private readonly WatchTimes _times;
    private readonly ITimer? _timer;
    private IEnumerator<StoredObject>? _initial;
    private Revision _told;
    private Revision _after;
    private bool _closesInitial;
    private bool _hasNext;
    private bool _isOver;
    private WatchItem _next;

    // Nowhere, until a start is made.
    private long _position = long.MaxValue - 1;
    private long _wakeFrom = long.MaxValue;
    private int _due;
    private int _hasEnded;
    private ApiException? _failure;
    private TaskCompletionSource? _sleep;

    internal ResourceWatch(ResourceCache cache, RegistryFeed feed, ObjectSelection selection, ReadScope scope, WatchTimes times)
    {
        (_cache, _feed, _selection, _scope, _times) = (cache, feed, selection, scope, times);
        Interest = selection.InterestIn(scope);
        _timer = times.Clock.CreateTimer(static watch => ((ResourceWatch)watch!).Tick(), this, times.UntilNext(), Timeout.InfiniteTimeSpan);
        cache.Wakeups.Add(this);
    }

    /// <summary>
    /// Called when the watch has ended and its reader has not noticed for a while: it waits for a client that does not take what it is sent.
    /// Comes from any thread, once, and must not block. To be set before reading begins.
    /// </summary>
    public Action? WhenStuck { get; set; }

    internal WatchInterest Interest { get; }

    /// <summary>Waits until there is something to read; false when the watch has ended.</summary>
    /// <exception cref="ApiException">The watch cannot go on; upstream sends this as an event of type ERROR.</exception>
    /// <exception cref="OperationCanceledException">The reader gave up.</exception>
    public async ValueTask<bool> WaitToReadAsync(CancellationToken cancel)
    {
        while (!_hasNext && !_isOver)
        {
            _hasNext = Advance(out _next);
            if (!_hasNext && !_isOver)
                await SleepAsync(cancel);
        }

        return _hasNext;
    }

    /// <summary>What there is to read, without waiting.</summary>
    /// <exception cref="ApiException">As for <see cref="WaitToReadAsync"/>.</exception>
    public bool TryRead(out WatchItem item)
    {
        if (!_hasNext)
            return Advance(out item);
        (item, _hasNext) = (_next, false);
        return true;
    }

    /// <summary>Gives the place up.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _cache.Wakeups.Remove(this);
        _initial?.Dispose();
        _isOver = true;
    }

    /// <summary>Begins with all objects of a moment, told as added, and goes on from there.</summary>
    internal void StartWith(CacheState state, Revision revision, bool closesInitial)
    {
        _initial = _scope.In(state.Narrowed(_selection), _scope.Prefix).GetEnumerator();
        (_position, _told, _after, _closesInitial) = (state.Last, revision, revision, closesInitial);
    }

    /// <summary>Begins with the changes after a revision, which the window still has.</summary>
    internal void StartAfter(CacheState state, Revision revision)
    {
        _position = state.Window.FirstAfter(revision, state.Last) - 1;
        (_told, _after) = (revision, revision);
    }

    /// <summary>Has nothing to tell but why not.</summary>
    internal void StartFailed(ApiException failure) => _failure = failure;

    /// <summary>Called by the feed for a change that may concern this watch.</summary>
    internal void Wake(long number)
    {
        if (Volatile.Read(ref _sleep) is null)
        {
            if (IsLeftBehind)
                BeginEnd();
            return;
        }

        Interlocked.CompareExchange(ref _wakeFrom, number, long.MaxValue);
        Interlocked.Exchange(ref _sleep, null)?.TrySetResult();
    }

    /// <summary>The resource is gone.</summary>
    internal void End()
    {
        Alarm(OverDue);
        BeginEnd();
    }

    private void Tick()
    {
        if (Volatile.Read(ref _hasEnded) != 0 && ((Volatile.Read(ref _due) & OverDue) != 0 || IsLeftBehind))
        {
            WhenStuck?.Invoke();
            return;
        }

        Volatile.Write(ref _hasEnded, 0);
        if (_times.IsOver)
        {
            End();
            return;
        }

        Alarm(BookmarkDue);
        _timer?.Change(_times.UntilNext(), Timeout.InfiniteTimeSpan);
    }

    // Its next change is gone from the window, and it neither sleeps nor was just woken to go on behind what did not concern it.
    private bool IsLeftBehind
    {
        get
        {
            if (Volatile.Read(ref _sleep) is not null)
                return false;
            var from = Volatile.Read(ref _wakeFrom);
            var next = Volatile.Read(ref _position) + 1;
            return _cache.State.Window.First > (from == long.MaxValue ? next : Math.Max(next, from));
        }
    }

    // The reader finds the end by itself when it comes to read; the timer that told of bookmarks now waits for that.
    private void BeginEnd()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
            _timer?.Change(StuckAfter, Timeout.InfiniteTimeSpan);
    }

    private void Alarm(int due)
    {
        Interlocked.Or(ref _due, due);
        // All changes up to here were dispatched while the watch slept, if it does; none of them woke it, so none of them concerns it.
        var dispatched = _cache.Wakeups.Dispatched;
        if (Interlocked.Exchange(ref _sleep, null) is not { } sleep)
            return;
        Interlocked.CompareExchange(ref _wakeFrom, dispatched + 1, long.MaxValue);
        sleep.TrySetResult();
    }

    private async ValueTask SleepAsync(CancellationToken cancel)
    {
        var sleep = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _wakeFrom, long.MaxValue);
        Interlocked.Exchange(ref _sleep, sleep);
        if (_cache.State.Last > _position || Volatile.Read(ref _due) != 0)
        {
            Interlocked.Exchange(ref _sleep, null);
            return;
        }

        try
        {
            await sleep.Task.WaitAsync(cancel);
        }
        finally
        {
            Interlocked.Exchange(ref _sleep, null);
        }

        if (Volatile.Read(ref _wakeFrom) is var from and < long.MaxValue)
            _position = Math.Max(_position, from - 1);
    }

    private bool Advance(out WatchItem item)
    {
        item = default;
        if (_failure is not null)
            throw _failure;
        if (_isOver)
            return false;
        if (_initial is not null)
            return AdvanceInitial(out item);
        // Read before the changes are: all that happened up to it is among them.
        var reached = _feed.Revision;
        if (AdvanceChanges(out item))
            return true;
        if ((Volatile.Read(ref _due) & BookmarkDue) != 0 && !_isOver)
        {
            Interlocked.And(ref _due, ~BookmarkDue);
            if (_times.AllowsBookmarks && reached > _told)
                return Tell(new WatchItem(WatchEventType.Bookmark, null, reached), out item);
        }

        _isOver |= (Volatile.Read(ref _due) & OverDue) != 0;
        return false;
    }

    private bool AdvanceInitial(out WatchItem item)
    {
        while (_initial!.MoveNext())
        {
            var found = _initial.Current;
            if (!_selection.Selects(found))
                continue;
            item = new WatchItem(WatchEventType.Added, found, found.Revision);
            return true;
        }

        _initial.Dispose();
        _initial = null;
        return _closesInitial
            ? Tell(new WatchItem(WatchEventType.Bookmark, null, _told, EndsInitialEvents: true), out item)
            : Advance(out item);
    }

    private bool AdvanceChanges(out WatchItem item)
    {
        item = default;
        var state = _cache.State;
        while (_position < state.Last)
        {
            if (_position + 1 < state.Window.First)
            {
                _isOver = true;
                return false;
            }

            var change = state.Window[_position + 1];
            Volatile.Write(ref _position, _position + 1);
            if (change.Revision > _after && IsSelected(change, out item))
                return Tell(item, out item);
        }

        return false;
    }

    private bool Tell(WatchItem told, out WatchItem item)
    {
        item = told;
        _told = told.Revision;
        return true;
    }

    private bool IsSelected(ObjectChange change, out WatchItem item)
    {
        item = default;
        if (!_scope.Contains((change.Current ?? change.Previous!).Path))
            return false;
        var was = change.Previous is not null && _selection.Selects(change.Previous);
        var isNow = change.Current is not null && _selection.Selects(change.Current);
        if (isNow)
            item = new WatchItem(was ? WatchEventType.Modified : WatchEventType.Added, change.Current, change.Revision);
        else if (was)
            item = new WatchItem(WatchEventType.Deleted, change.Departed, change.Revision);
        return isNow || was;
    }
}

/// <summary>When a watch is told of its progress, and when it ends.</summary>
internal sealed class WatchTimes(TimeProvider clock, TimeSpan timeout, TimeSpan bookmarkEvery, bool allowsBookmarks)
{
    private static readonly TimeSpan LastBookmarkBefore = TimeSpan.FromSeconds(2); // apiserver: cacher.go, cacheWatcher.nextBookmarkTime

    private readonly long _start = clock.GetTimestamp();
    private TimeSpan _nextBookmark = allowsBookmarks ? bookmarkEvery : TimeSpan.MaxValue;
    private bool _hadLast = !allowsBookmarks;

    public TimeProvider Clock => clock;

    public bool AllowsBookmarks => allowsBookmarks;

    public bool IsOver => clock.GetElapsedTime(_start) >= timeout;

    /// <summary>How long until something is due; each bookmark is counted off when it is asked for.</summary>
    public TimeSpan UntilNext()
    {
        var now = clock.GetElapsedTime(_start);
        var last = timeout - LastBookmarkBefore;
        while (_nextBookmark <= now)
            _nextBookmark += bookmarkEvery;
        var next = _nextBookmark < last ? _nextBookmark : timeout;
        if (!_hadLast && next >= last)
        {
            _hadLast = true;
            next = last > now ? last : timeout;
        }

        return next > now ? next - now : TimeSpan.Zero;
    }
}
