using System.Collections.Immutable;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Stored;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Cache;

/// <summary>
/// All objects of one resource and their recent changes. Written by the feed alone; read without locks through <see cref="State"/>.
/// </summary>
/// <remarks>
/// Until the first fill, and while it is filled anew, changes are queued; those that the fill has seen are then skipped by their revision.
/// So there is neither a gap nor a repetition between the fill and the feed.
/// </remarks>
internal sealed class ResourceCache(StoredForm form, string prefix, WindowLimits limits, HistoryWeight history, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Lock _indexing = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<(Revision Revision, StoreChange[] Changes)>? _queued = [];
    private CacheState _state = new(ObjectTree.Empty, Revision.None, 0, ChangeWindow.Empty(1, Revision.None, ObjectTree.Empty), []);

    /// <summary>How its bytes are read.</summary>
    public StoredForm Form { get; } = form;

    /// <summary>Keys begin so: "/registry/pods/".</summary>
    public string Prefix { get; } = prefix;

    /// <summary>Writes of this process that the feed has not seen yet.</summary>
    public PendingWrites Pending { get; } = new(form);

    /// <summary>Who wants to know of changes.</summary>
    public WatchWakeups Wakeups { get; } = new();

    /// <summary>The present moment.</summary>
    public CacheState State => Volatile.Read(ref _state);

    /// <summary>Completes with the first fill.</summary>
    public Task Ready => _ready.Task;

    /// <summary>From now on changes are queued, until <see cref="Fill"/>.</summary>
    public void BeginFill()
    {
        lock (_lock)
            _queued ??= [];
    }

    /// <summary>Takes the objects of one revision as the truth. Watches that were at an earlier one end, as their changes are not known.</summary>
    public void Fill(IReadOnlyList<StoredObject> sorted, Revision revision)
    {
        var objects = ObjectTree.Build(sorted);
        lock (_lock)
        {
            // A number is left out, so that whoever stood before it finds the way cut.
            var first = _state.Last + 2;
            Publish(new CacheState(objects, revision, first - 1, ChangeWindow.Empty(first, revision, objects), []));
            foreach (var (at, changes) in _queued ?? [])
                TakeIn(at, changes);
            _queued = null;
        }

        Wakeups.DispatchAll(State.Last);
        _ready.TrySetResult();
    }

    /// <summary>Ends everything: the resource is no longer served.</summary>
    public void Close()
    {
        // It lives on only as long as its last readers.
        history.Add(-State.Window.Weight);
        Wakeups.Close();
        _ready.TrySetException(new OperationCanceledException("the resource is no longer served"));
    }

    /// <summary>Takes in the changes of one revision; they become visible together.</summary>
    public void Apply(Revision revision, ReadOnlySpan<StoreChange> changes)
    {
        long before, after;
        lock (_lock)
        {
            if (_queued is not null)
            {
                _queued.Add((revision, changes.ToArray()));
                return;
            }

            before = _state.Last;
            TakeIn(revision, changes);
            after = _state.Last;
        }

        for (var number = before + 1; number <= after; number++)
            Wakeups.Dispatch(State.Window[number], number);
    }

    /// <summary>
    /// From now on the state has an index of the field that a selection is about, if that field is one to have one. The first who asks for it decodes all objects;
    /// changes go on meanwhile.
    /// </summary>
    public void IndexFor(ObjectSelection selection)
    {
        if (selection.Exact is not { } exact || State.IndexOf(exact.Field) is not null || !Form.IsIndexed(exact.Field))
            return;
        lock (_indexing)
        {
            var state = State;
            if (state.IndexOf(exact.Field) is not null)
                return;
            var index = FieldIndex.Of(exact.Field, state.Objects);
            lock (_lock)
            {
                // What happened meanwhile; a change that is gone, as all are when the cache was filled anew, leaves it to the next who asks.
                for (var number = state.Last + 1; index is not null && number <= _state.Last; number++)
                    index = number < _state.Window.First ? null : index.With(_state.Window[number].Previous, _state.Window[number].Current);
                if (index is not null)
                    Publish(_state with { Indexes = _state.Indexes.Add(index) });
            }
        }
    }

    /// <summary>Gives up what is too old. Changes do so themselves; this is for resources that nobody changes any more.</summary>
    public void Trim()
    {
        if (ReferenceEquals(_state.Window.Trimmed(Now, limits), _state.Window))
            return;
        lock (_lock)
            Publish(_state with { Window = _state.Window.Trimmed(Now, limits) });
    }

    private long Now => clock.GetTimestamp() / (clock.TimestampFrequency / 1000);

    private void TakeIn(Revision revision, ReadOnlySpan<StoreChange> changes)
    {
        // The fill has seen what is not newer than it.
        if (revision <= _state.Revision)
            return;
        var state = _state;
        foreach (var change in changes)
            state = With(state, revision, change);
        Publish(state);
    }

    // Under the lock.
    private void Publish(CacheState state)
    {
        history.Add(state.Window.Weight - _state.Window.Weight);
        Volatile.Write(ref _state, state);
    }

    private static ImmutableArray<FieldIndex> Indexed(ImmutableArray<FieldIndex> indexes, StoredObject? previous, StoredObject? current) =>
        indexes.IsEmpty ? indexes : [.. indexes.Select(index => index.With(previous, current)).OfType<FieldIndex>()];

    private CacheState With(CacheState state, Revision revision, StoreChange change)
    {
        var path = change.Key[Prefix.Length..];
        var previous = state.Objects.Find(path);
        var current = change.Current is { } put ? Pending.Put(path, put) : null;
        if (previous is null && current is null)
            return state with { Revision = revision };
        var departed = current is null ? Pending.Deleted(path, revision, previous!.StoreRevision) : null;
        var objects = current is null ? state.Objects.Remove(path) : state.Objects.Set(current);
        var made = new ObjectChange(revision, current, previous, departed, objects, Now);
        var window = state.Window.Append(state.Last + 1, made, limits, history.IsExceeded);
        return new CacheState(objects, revision, state.Last + 1, window, Indexed(state.Indexes, previous, current));
    }
}
