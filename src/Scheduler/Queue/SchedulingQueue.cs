using System.Threading.Channels;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Queue;

/// <summary>The pods that wait for a node: ready ones by priority, failed ones behind a back-off, hopeless ones until something changes for them.</summary>
/// <remarks>
/// Invariants: <c>_pods</c> holds every pod of the queue once, by uid, and its <see cref="QueuedPod.Place"/> says where; heap entries that its place does not confirm are
/// stale and skipped. The loop has one pod at a time (<c>_current</c>); what changes meanwhile is kept and held against its verdict when it comes back, so that
/// no wake-up falls between the snapshot it was judged by and its waiting. A pod leaves the unschedulable only by a change that one of the plugins that
/// rejected it waits for, by its own change, or by the flush.
/// </remarks>
internal sealed class SchedulingQueue : IDisposable
{
    /// <summary>As a rejecting plugin: any change may help.</summary>
    public const string Anything = "*";

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5); // upstream: DefaultPodMaxInUnschedulablePodsDuration
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(30); // upstream: flushUnschedulablePodsLeftover

    private readonly Lock _lock = new();
    private readonly IReadOnlyDictionary<string, PluginSet> _profiles;
    private readonly BackOffLimits _backOff;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, QueuedPod> _pods = new(StringComparer.Ordinal);
    private readonly HashSet<QueuedPod> _unschedulable = [];
    private readonly PriorityQueue<QueuedPod, (QueuedPod Pod, long Turn)> _active;
    private readonly PriorityQueue<QueuedPod, DateTimeOffset> _backingOff = new();
    private readonly Channel<bool> _ready = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly List<ClusterChange> _meanwhile = [];
    private readonly ITimer _due;
    private readonly ITimer _flush;
    private QueuedPod? _current;
    private Change _currentChanges;
    private long _turn;

    /// <summary>An empty queue.</summary>
    /// <param name="profiles">By scheduler name; pods of others are not taken.</param>
    /// <param name="backOff">After failed attempts.</param>
    /// <param name="clock">Drives back-off and flush.</param>
    public SchedulingQueue(IReadOnlyDictionary<string, PluginSet> profiles, BackOffLimits backOff, TimeProvider clock)
    {
        (_profiles, _backOff, _clock) = (profiles, backOff, clock);
        var sort = profiles.Values.First().Sort;
        _active = new(Comparer<(QueuedPod Pod, long Turn)>.Create((one, other) => sort.Compare(one.Pod, other.Pod) is not 0 and var order ? order : one.Turn.CompareTo(other.Turn)));
        _due = clock.CreateTimer(_ => ActivateDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _flush = clock.CreateTimer(_ => Flush(), null, FlushEvery, FlushEvery);
    }

    /// <summary>How many pods wait in that place.</summary>
    public int Count(Place place)
    {
        lock (_lock)
            return place == Place.Unschedulable ? _unschedulable.Count : _pods.Values.Count(pod => pod.Place == place);
    }

    /// <summary>A pod without a node has appeared; one that is known is brought up to date.</summary>
    public void Add(Pod pod) => Update(null, pod);

    /// <summary>A waiting pod has changed.</summary>
    public void Update(Pod? was, Pod now)
    {
        if (!_profiles.ContainsKey(now.Spec.SchedulerName))
            return;
        lock (_lock)
        {
            if (!_pods.TryGetValue(now.Metadata.Uid, out var queued))
            {
                Enter(new(new PodInfo(now), _clock.GetUtcNow()));
                return;
            }
            var change = ObjectChanges.Between(was ?? queued.Info.Pod, now);
            queued.Info = new PodInfo(now);
            Apply(queued, change);
        }
    }

    /// <summary>The pod needs no node any more: gone, ended, or bound by somebody.</summary>
    public void Remove(string uid)
    {
        lock (_lock)
        {
            if (!_pods.Remove(uid, out var queued))
                return;
            _unschedulable.Remove(queued);
            queued.Place = Place.None;
        }
    }

    /// <summary>The next pod, when there is one. End its turn with <see cref="Placed"/> or <see cref="PutBack"/> before asking for another.</summary>
    public async ValueTask<QueuedPod> TakeAsync(CancellationToken cancel)
    {
        while (true)
        {
            if (TryTake() is { } next)
                return next;
            await _ready.Reader.ReadAsync(cancel);
        }
    }

    /// <summary>The next pod, or null where none is ready; otherwise as <see cref="TakeAsync"/>.</summary>
    public QueuedPod? TryTake()
    {
        lock (_lock)
            return Next();
    }

    /// <summary>A node was found for it.</summary>
    public void Placed(QueuedPod queued)
    {
        lock (_lock)
        {
            EndTurn();
            Drop(queued);
        }
    }

    /// <summary>No node was found for it, or the attempt broke.</summary>
    /// <param name="queued">From <see cref="TakeAsync"/>.</param>
    /// <param name="rejectedBy">The plugins that said no; none: the attempt broke, and is made again after the back-off.</param>
    public void PutBack(QueuedPod queued, IReadOnlySet<string> rejectedBy)
    {
        lock (_lock)
        {
            // Removed while the loop had it.
            if (queued.Place == Place.None)
            {
                EndTurn();
                return;
            }
            Fail(queued, rejectedBy);
            if (queued.HasFailed || queued.RejectedBy.Any(plugin => HelpsItself(queued, plugin, _currentChanges)) || _meanwhile.Exists(change => Helps(queued, change)))
                HoldBack(queued);
            else
                Park(queued);
            EndTurn();
        }
    }

    /// <summary>It was placed, but its binding failed: it is tried again after its back-off, as the informer has it now.</summary>
    public void Return(QueuedPod queued, Pod pod)
    {
        lock (_lock)
        {
            if (_pods.ContainsKey(queued.Info.Uid))
                return;
            queued.Info = new PodInfo(pod);
            _pods[queued.Info.Uid] = queued;
            Fail(queued, new HashSet<string>());
            HoldBack(queued);
        }
    }

    /// <summary>Something in the cluster changed: wakes the pods that it may help.</summary>
    public void Tell(ClusterChange change)
    {
        lock (_lock)
        {
            if (_current is not null)
                _meanwhile.Add(change);
            Wake(queued => Helps(queued, change));
        }
    }

    public void Dispose()
    {
        _due.Dispose();
        _flush.Dispose();
    }

    private void Enter(QueuedPod queued)
    {
        _pods[queued.Info.Uid] = queued;
        if (IsGated(queued.Info.Pod))
            queued.Place = Place.Gated;
        else
            Activate(queued);
    }

    private bool IsGated(Pod pod) => Array.Exists(_profiles[pod.Spec.SchedulerName].PreEnqueue, plugin => !plugin.PreEnqueue(pod).IsYes);

    private void Apply(QueuedPod queued, Change change)
    {
        if (change == Change.None)
            return;
        if (queued.Place == Place.Current)
            _currentChanges |= change;
        else if (queued.Place == Place.Gated && !IsGated(queued.Info.Pod))
            Activate(queued);
        else if (queued.Place == Place.Unschedulable && queued.RejectedBy.Any(plugin => HelpsItself(queued, plugin, change)))
            Release(queued);
    }

    private QueuedPod? Next()
    {
        while (_active.TryDequeue(out var queued, out _))
        {
            if (queued.Place == Place.Active)
                return BeginTurn(queued);
        }
        // An idle loop need not let a pod wait that something has changed for (upstream: SchedulerPopFromBackoffQ).
        while (_backingOff.TryPeek(out var waiting, out var due))
        {
            if (IsBackingOff(waiting, due) && waiting.HasFailed)
                return null;
            _backingOff.Dequeue();
            if (IsBackingOff(waiting, due))
                return BeginTurn(waiting);
        }
        return null;
    }

    private QueuedPod BeginTurn(QueuedPod queued)
    {
        queued.Place = Place.Current;
        queued.Attempts++;
        _current = queued;
        _currentChanges = Change.None;
        _meanwhile.Clear();
        return queued;
    }

    private void EndTurn()
    {
        _current = null;
        _meanwhile.Clear();
    }

    private void Drop(QueuedPod queued)
    {
        if (_pods.TryGetValue(queued.Info.Uid, out var known) && ReferenceEquals(known, queued))
            _pods.Remove(queued.Info.Uid);
        queued.Place = Place.None;
    }

    private void Fail(QueuedPod queued, IReadOnlySet<string> rejectedBy)
    {
        queued.RejectedBy = rejectedBy;
        queued.HasFailed = rejectedBy.Count == 0;
        queued.Since = _clock.GetUtcNow();
        queued.BackOffUntil = queued.Since + _backOff.After(queued.Attempts);
    }

    private void Park(QueuedPod queued)
    {
        queued.Place = Place.Unschedulable;
        _unschedulable.Add(queued);
    }

    private void Release(QueuedPod queued)
    {
        _unschedulable.Remove(queued);
        if (queued.BackOffUntil > _clock.GetUtcNow())
            HoldBack(queued);
        else
            Activate(queued);
    }

    private void Activate(QueuedPod queued)
    {
        queued.Place = Place.Active;
        _active.Enqueue(queued, (queued, ++_turn));
        _ready.Writer.TryWrite(true);
    }

    private void HoldBack(QueuedPod queued)
    {
        queued.Place = Place.BackOff;
        _backingOff.Enqueue(queued, queued.BackOffUntil);
        _ready.Writer.TryWrite(true);
        SetTimer();
    }

    private void ActivateDue()
    {
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            while (_backingOff.TryPeek(out var queued, out var due) && due <= now)
            {
                _backingOff.Dequeue();
                if (IsBackingOff(queued, due))
                    Activate(queued);
            }
            SetTimer();
        }
    }

    private void Flush()
    {
        lock (_lock)
        {
            var longAgo = _clock.GetUtcNow() - LongestWait;
            Wake(queued => queued.Since <= longAgo);
        }
    }

    private void Wake(Predicate<QueuedPod> condition)
    {
        List<QueuedPod>? woken = null;
        foreach (var queued in _unschedulable)
        {
            if (condition(queued))
                (woken ??= []).Add(queued);
        }
        woken?.ForEach(Release);
    }

    private bool Helps(QueuedPod queued, ClusterChange change)
    {
        foreach (var plugin in queued.RejectedBy)
        {
            if (plugin == Anything)
                return true;
            foreach (var wakeUp in _profiles[queued.Info.Pod.Spec.SchedulerName].WakeUpsOf(plugin))
            {
                if (wakeUp.Matches(queued.Info.Pod, change))
                    return true;
            }
        }
        return false;
    }

    private bool HelpsItself(QueuedPod queued, string plugin, Change changes) =>
        _profiles[queued.Info.Pod.Spec.SchedulerName].WakeUpsOf(plugin).Any(wakeUp => wakeUp.MatchesItself(changes));

    private static bool IsBackingOff(QueuedPod queued, DateTimeOffset due) => queued.Place == Place.BackOff && queued.BackOffUntil == due;

    private void SetTimer()
    {
        if (!_backingOff.TryPeek(out _, out var due))
            return;
        // Whole milliseconds, rounded up: a timer that fires a moment early would spin.
        var wait = TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling((due - _clock.GetUtcNow()).TotalMilliseconds)));
        _due.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
