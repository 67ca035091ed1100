using System.Threading.Channels;

namespace ControlPlane.Client.Queues;

/// <summary>
/// Keys that wait for work. A key stands in the queue once however often it is added; one that is added while it is being worked on
/// comes back when that work is done; two workers never have the same key.
/// </summary>
/// <remarks>
/// Invariants: <c>_dirty</c> holds every key that needs work; <c>_processing</c> every key that a worker has; the channel holds exactly the keys that are dirty and
/// not processing, so its size is bounded by the number of keys. Delayed keys wait in <c>_delays</c>, each once, at its earliest time.
/// </remarks>
public sealed class WorkQueue<TKey> : IDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly Dictionary<TKey, long> _dirty = [];
    private readonly Dictionary<TKey, long> _processing = [];
    private readonly PriorityQueue<TKey, DateTimeOffset> _delays = new();
    private readonly Dictionary<TKey, DateTimeOffset> _due = [];
    private readonly TimeProvider _clock;
    private readonly RetryLimiter<TKey> _limiter;
    private readonly ITimer _timer;
    private readonly KeyValuePair<string, object?> _name;

    /// <summary>An empty queue.</summary>
    /// <param name="name">For metrics.</param>
    /// <param name="clock">Drives delays and back-off.</param>
    /// <param name="limits">How failed keys are held back; null for client-go's default.</param>
    public WorkQueue(string name, TimeProvider clock, RetryLimits? limits = null)
    {
        _clock = clock;
        _limiter = new(clock, limits ?? new());
        _name = new("name", name);
        _timer = clock.CreateTimer(_ => AddDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Keys that no worker has yet; delayed ones are not counted.</summary>
    public int Count => _ready.Reader.Count;

    /// <summary>Asks for work on a key.</summary>
    public void Add(TKey key)
    {
        lock (_lock)
            AddLocked(key);
    }

    /// <summary>Asks for work on a key after a time; of several times the earliest counts.</summary>
    public void AddAfter(TKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key);
            return;
        }
        lock (_lock)
            Delay(key, delay);
    }

    /// <summary>Asks for work on a key that failed, after its back-off.</summary>
    public void Retry(TKey key)
    {
        QueueMetrics.Retries.Add(1, _name);
        lock (_lock)
            Delay(key, _limiter.NextDelay(key));
    }

    /// <summary>The key has succeeded: its next failure counts as its first.</summary>
    public void Forget(TKey key)
    {
        lock (_lock)
            _limiter.Forget(key);
    }

    /// <summary>How often the key failed since it was last forgotten.</summary>
    public int Failures(TKey key)
    {
        lock (_lock)
            return _limiter.Failures(key);
    }

    /// <summary>The next key, when there is one; end the work with <see cref="Done"/>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancel)
    {
        var key = await _ready.Reader.ReadAsync(cancel);
        lock (_lock)
        {
            _dirty.Remove(key, out var since);
            _processing[key] = _clock.GetTimestamp();
            QueueMetrics.Depth.Add(-1, _name);
            QueueMetrics.Waiting.Record(_clock.GetElapsedTime(since).TotalSeconds, _name);
        }
        return key;
    }

    /// <summary>Work on the key has ended; if it was added meanwhile, it comes again.</summary>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            if (_processing.Remove(key, out var since))
                QueueMetrics.Working.Record(_clock.GetElapsedTime(since).TotalSeconds, _name);
            if (_dirty.ContainsKey(key))
                _ready.Writer.TryWrite(key);
        }
    }

    /// <summary>Drops what is delayed; workers are ended by their cancellation.</summary>
    public void Dispose() => _timer.Dispose();

    private void AddLocked(TKey key)
    {
        if (!_dirty.TryAdd(key, _clock.GetTimestamp()))
            return;
        QueueMetrics.Adds.Add(1, _name);
        QueueMetrics.Depth.Add(1, _name);
        if (!_processing.ContainsKey(key))
            _ready.Writer.TryWrite(key);
    }

    private void Delay(TKey key, TimeSpan delay)
    {
        var due = _clock.GetUtcNow() + delay;
        if (_due.TryGetValue(key, out var known) && known <= due)
            return;
        _due[key] = due;
        _delays.Enqueue(key, due);
        SetTimer();
    }

    private void AddDue()
    {
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            while (_delays.TryPeek(out var key, out var due) && due <= now)
            {
                _delays.Dequeue();
                // An entry that an earlier one has overtaken is of no meaning any more.
                if (!_due.TryGetValue(key, out var valid) || valid != due)
                    continue;
                _due.Remove(key);
                AddLocked(key);
            }
            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (!_delays.TryPeek(out _, out var due))
            return;
        var wait = due - _clock.GetUtcNow();
        // Timers reach about 49 days; later times are looked at again then.
        var longest = TimeSpan.FromDays(40);
        // Whole milliseconds, rounded up: a timer that fires a moment early would spin.
        wait = wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        _timer.Change(wait < longest ? wait : longest, Timeout.InfiniteTimeSpan);
    }
}
