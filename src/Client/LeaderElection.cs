using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Coordination;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client;

/// <summary>Who wants to lead, and how long a leader may be silent.</summary>
public sealed record LeaderElectionOptions
{
    /// <summary>The Lease: its namespace and name.</summary>
    public required ObjectKey Lease { get; init; }

    /// <summary>Unlike that of any other candidate: "host_uuid".</summary>
    public required string Identity { get; init; }

    /// <summary>A leader that has not renewed for so long may be replaced.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15); // --leader-elect-lease-duration

    /// <summary>A leader that cannot renew for so long gives up; shorter than the lease.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10); // --leader-elect-renew-deadline

    /// <summary>Between attempts.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2); // --leader-elect-retry-period

    /// <summary>Gives the lease back at the end, so that another need not wait for it to run out.</summary>
    public bool ReleaseOnCancel { get; init; } = true;
}

/// <summary>Lets one of several candidates lead, by a Lease.</summary>
/// <remarks>
/// Invariants: a foreign lease is only taken when it has not changed for its whole duration by this candidate's own clock (clocks of machines are never compared);
/// every write is conditional on the version that was read; a leader stops leading before its lease can be taken by another.
/// </remarks>
public sealed partial class LeaderElection(IApiClient api, LeaderElectionOptions options, TimeProvider clock, ILogger log)
{
    private Lease? _observed;
    private long _observedAt;

    /// <summary>Waits for the lead, then runs the work, renewing meanwhile. Returns when the work has ended after a cancellation, or by itself.</summary>
    /// <exception cref="LeadershipLostException">The lease could not be renewed in time; the work has been cancelled and has ended.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> leadAsync, CancellationToken cancel)
    {
        while (!await TryHoldAsync(cancel))
            await Task.Delay(options.RetryPeriod, clock, cancel);
        Leads(log, options.Identity, options.Lease);
        using var leading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var work = Task.Run(() => leadAsync(leading.Token), CancellationToken.None);
        var renewals = RenewUntilLostAsync(leading.Token);
        await Task.WhenAny(work, renewals);
        await leading.CancelAsync();
        var isLost = await renewals;
        await WaitAsync(work, leading.Token);
        if (isLost)
            throw new LeadershipLostException(options.Lease);
        if (options.ReleaseOnCancel)
            await ReleaseAsync();
    }

    // The work's own failure goes to the caller; its cancellation is what was asked for.
    private static async Task WaitAsync(Task work, CancellationToken leading)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (leading.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> RenewUntilLostAsync(CancellationToken cancel)
    {
        var renewed = clock.GetTimestamp();
        while (!cancel.IsCancellationRequested)
        {
            await Task.Delay(options.RetryPeriod, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancel.IsCancellationRequested)
                return false;
            if (await TryHoldBeforeAsync(options.RenewDeadline - clock.GetElapsedTime(renewed), cancel))
                renewed = clock.GetTimestamp();
            else if (!cancel.IsCancellationRequested && clock.GetElapsedTime(renewed) >= options.RenewDeadline)
                return true;
        }
        return false;
    }

    // An answer that comes after the deadline is of no use: another may lead by then.
    private async Task<bool> TryHoldBeforeAsync(TimeSpan left, CancellationToken cancel)
    {
        if (left <= TimeSpan.Zero)
            return false;
        using var deadline = new CancellationTokenSource(left, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        try
        {
            return await TryHoldAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<bool> TryHoldAsync(CancellationToken cancel)
    {
        try
        {
            var lease = await api.FindAsync<Lease>(options.Lease, cancel);
            Observe(lease);
            if (lease is null)
                Observe(await api.CreateAsync(Mine(null), cancel));
            else if (IsMine(lease) || IsFree(lease))
                Observe(await api.UpdateAsync(Mine(lease), cancel));
            else
                return false;
            return true;
        }
        catch (Exception failure) when (failure is ApiException or IOException or HttpRequestException)
        {
            NotHeld(log, failure.Message, options.Lease);
            return false;
        }
    }

    private bool IsMine(Lease lease) => lease.Spec.HolderIdentity == options.Identity;

    private bool IsFree(Lease lease)
    {
        var duration = TimeSpan.FromSeconds(lease.Spec.LeaseDurationSeconds ?? 0);
        return string.IsNullOrEmpty(lease.Spec.HolderIdentity) || clock.GetElapsedTime(_observedAt) > duration;
    }

    private void Observe(Lease? lease)
    {
        if (lease?.Spec == _observed?.Spec)
            return;
        (_observed, _observedAt) = (lease, clock.GetTimestamp());
    }

    private Lease Mine(Lease? before)
    {
        var now = MicroTimestamp.From(clock.GetUtcNow());
        var isRenewal = before is not null && IsMine(before);
        var spec = (before?.Spec ?? LeaseSpec.Empty) with
        {
            HolderIdentity = options.Identity,
            LeaseDurationSeconds = (int)options.LeaseDuration.TotalSeconds,
            AcquireTime = isRenewal ? before!.Spec.AcquireTime : now,
            RenewTime = now,
            LeaseTransitions = before is null ? 0 : (before.Spec.LeaseTransitions ?? 0) + (isRenewal ? 0 : 1),
        };
        var metadata = before?.Metadata ?? new ObjectMeta { Namespace = options.Lease.Namespace, Name = options.Lease.Name };
        return new Lease { Metadata = metadata, Spec = spec };
    }

    private async Task ReleaseAsync()
    {
        if (_observed is null || !IsMine(_observed))
            return;
        using var soon = new CancellationTokenSource(options.RetryPeriod, clock);
        var released = _observed with
        {
            Spec = _observed.Spec with { HolderIdentity = "", LeaseDurationSeconds = 1, RenewTime = MicroTimestamp.From(clock.GetUtcNow()) },
        };
        try
        {
            await api.UpdateAsync(released, soon.Token);
        }
        catch (Exception failure) when (failure is ApiException or IOException or HttpRequestException or OperationCanceledException)
        {
            NotHeld(log, failure.Message, options.Lease);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Identity} leads by the lease {Lease}")]
    private static partial void Leads(ILogger log, string identity, ObjectKey lease);

    [LoggerMessage(LogLevel.Warning, "Lease {Lease} was not written: {Reason}")]
    private static partial void NotHeld(ILogger log, string reason, ObjectKey lease);
}

/// <summary>The lease could not be renewed in time, so another may lead now.</summary>
public sealed class LeadershipLostException(ObjectKey lease) : Exception(string.Create(CultureInfo.InvariantCulture, $"leadership lost: {lease}"));
