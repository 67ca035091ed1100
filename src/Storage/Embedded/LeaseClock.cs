namespace ControlPlane.Storage.Embedded;

/// <summary>When each lease ends. The deadlines are in memory alone; what exists is written in <see cref="LeaseTable"/>.</summary>
/// <remarks>
/// Keeping a lease alive only moves its deadline. The queue keeps the old one, which is looked at when it comes and queued again for the new: so a
/// keep-alive costs a dictionary entry, and an idle store wakes up for nothing but a deadline.
/// </remarks>
internal sealed class LeaseClock(TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1); // timers end at 49 days

    private readonly Lock _lock = new();
    private readonly Dictionary<LeaseId, (TimeSpan TimeToLive, long Start)> _leases = [];
    private readonly PriorityQueue<LeaseId, long> _deadlines = new();
    private TaskCompletionSource _sooner = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Start(LeaseId lease, TimeSpan timeToLive)
    {
        lock (_lock)
        {
            _leases[lease] = (timeToLive, time.GetTimestamp());
            Enqueue(lease);
            if (_deadlines.Peek() == lease)
                _sooner.TrySetResult();
        }
    }

    /// <summary>Gives a lease its full time again; false when it does not exist or its time is over.</summary>
    public bool KeepAlive(LeaseId lease)
    {
        lock (_lock)
        {
            if (!_leases.TryGetValue(lease, out var entry) || Remaining(entry) <= TimeSpan.Zero)
                return false;
            _leases[lease] = entry with { Start = time.GetTimestamp() };
            return true;
        }
    }

    public void Forget(LeaseId lease)
    {
        lock (_lock)
            _leases.Remove(lease);
    }

    /// <summary>Calls <paramref name="expireAsync"/> for each lease whose time is over, until cancelled.</summary>
    public async Task RunAsync(Func<LeaseId, Task> expireAsync, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var (expired, wait, sooner) = TakeExpired();
            foreach (var lease in expired)
                await expireAsync(lease);
            if (expired.Count == 0)
                await WaitAsync(wait, sooner, cancel);
        }
    }

    private async Task WaitAsync(TimeSpan wait, Task sooner, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Task.WhenAny(Task.Delay(wait, time, ended.Token), sooner);
        await ended.CancelAsync();
    }

    private (List<LeaseId> Expired, TimeSpan Wait, Task Sooner) TakeExpired()
    {
        lock (_lock)
        {
            var expired = new List<LeaseId>();
            var wait = Timeout.InfiniteTimeSpan;
            while (_deadlines.TryPeek(out var lease, out var deadline))
            {
                if (!_leases.TryGetValue(lease, out var entry))
                {
                    _deadlines.Dequeue();
                    continue;
                }

                if (deadline > time.GetTimestamp())
                {
                    wait = TimeSpan.FromTicks(Math.Min(time.GetElapsedTime(time.GetTimestamp(), deadline).Ticks, LongestWait.Ticks));
                    break;
                }

                _deadlines.Dequeue();
                if (Remaining(entry) > TimeSpan.Zero)
                    Enqueue(lease);
                else if (_leases.Remove(lease))
                    expired.Add(lease);
            }

            if (_sooner.Task.IsCompleted)
                _sooner = new(TaskCreationOptions.RunContinuationsAsynchronously);
            return (expired, wait, _sooner.Task);
        }
    }

    private TimeSpan Remaining((TimeSpan TimeToLive, long Start) entry) => entry.TimeToLive - time.GetElapsedTime(entry.Start);

    private void Enqueue(LeaseId lease)
    {
        var (timeToLive, start) = _leases[lease];
        _deadlines.Enqueue(lease, start + (long)(timeToLive.TotalSeconds * time.TimestampFrequency));
    }
}
