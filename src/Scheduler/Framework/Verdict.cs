namespace ControlPlane.Scheduler.Framework;

/// <summary>What a plugin says of a pod, or of a pod on a node.</summary>
internal enum VerdictKind
{
    /// <summary>Yes.</summary>
    Fits,

    /// <summary>Not now; if other pods made room it might.</summary>
    Unschedulable,

    /// <summary>Not, and no other pod's leaving would change that (upstream: UnschedulableAndUnresolvable).</summary>
    NeverFits,

    /// <summary>The plugin broke.</summary>
    Error,

    /// <summary>The plugin has nothing to say about this pod.</summary>
    Skip,
}

/// <summary>A plugin's answer, with its reasons in the words that users see. Those without data are shared: a no to a thousand nodes allocates nothing.</summary>
internal sealed class Verdict
{
    private Verdict(VerdictKind kind, IReadOnlyList<string> reasons, Exception? failure = null) => (Kind, Reasons, Failure) = (kind, reasons, failure);

    public static Verdict Fits { get; } = new(VerdictKind.Fits, []);

    public static Verdict Skip { get; } = new(VerdictKind.Skip, []);

    public VerdictKind Kind { get; }

    public IReadOnlyList<string> Reasons { get; }

    /// <summary>What broke, with <see cref="VerdictKind.Error"/>.</summary>
    public Exception? Failure { get; }

    /// <summary>Nothing stands against it: it fits, or the plugin has nothing to say.</summary>
    public bool IsYes => Kind is VerdictKind.Fits or VerdictKind.Skip;

    /// <summary>A no that is an answer, not a failure.</summary>
    public bool IsRejection => Kind is VerdictKind.Unschedulable or VerdictKind.NeverFits;

    public static Verdict Unschedulable(params IReadOnlyList<string> reasons) => new(VerdictKind.Unschedulable, reasons);

    public static Verdict NeverFits(params IReadOnlyList<string> reasons) => new(VerdictKind.NeverFits, reasons);

    public static Verdict Error(Exception failure) => new(VerdictKind.Error, [failure.Message], failure);

    public override string ToString() => Reasons.Count == 0 ? Kind.ToString() : $"{Kind}: {string.Join(", ", Reasons)}";
}
