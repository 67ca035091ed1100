using ControlPlane.Client;
using ControlPlane.Machinery.Meta;

namespace ControlPlane;

/// <summary>Which of several servers runs controllers and scheduler. Names and defaults are kube-controller-manager's and kube-scheduler's.</summary>
internal sealed partial record LeadershipOptions
{
    public const string Title = "Leader election";

    private const double Jitter = 1.2; // client-go: JitterFactor

    [Flag("--leader-elect", "Only one of several servers on one etcd runs controllers, and one the scheduler.")]
    public bool LeaderElect { get; init; } = true;

    [Flag("--leader-elect-lease-duration", "A leader that has not renewed its lease for so long may be replaced.", Least = 1)]
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(15);

    [Flag("--leader-elect-renew-deadline", "A leader that could not renew its lease for so long gives up.", Least = 0)]
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    [Flag("--leader-elect-retry-period", "Between two attempts to get or renew the lease.", Least = 0)]
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How that lease of kube-system is competed for.</summary>
    public LeaderElectionOptions For(string lease, string identity) => new()
    {
        Lease = new ObjectKey("kube-system", lease),
        Identity = identity,
        LeaseDuration = LeaseDuration,
        RenewDeadline = RenewDeadline,
        RetryPeriod = RetryPeriod,
    };

    partial void Check(OptionErrors errors)
    {
        if (LeaseDuration <= RenewDeadline)
            errors.Add("leaseDuration must be greater than renewDeadline");
        if (RenewDeadline <= RetryPeriod * Jitter)
            errors.Add("renewDeadline must be greater than retryPeriod*JitterFactor");
        if (RetryPeriod <= TimeSpan.Zero)
            errors.Add("retryPeriod must be greater than zero");
    }
}
