using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Framework;

/// <summary>What about an object changed, as far as it matters to scheduling.</summary>
[Flags]
internal enum Change
{
    None = 0,
    Added = 1,
    Deleted = 1 << 1,
    Labels = 1 << 2,
    Annotations = 1 << 3,
    Taints = 1 << 4,
    Allocatable = 1 << 5,
    Conditions = 1 << 6,
    Tolerations = 1 << 7,
    Gates = 1 << 8,
    RequestsDown = 1 << 9,

    /// <summary>Anything else of its spec.</summary>
    Spec = 1 << 10,
}

/// <summary>A change in the cluster that may let a waiting pod fit.</summary>
/// <param name="Kind">The type of the object.</param>
/// <param name="What">What about it.</param>
/// <param name="Was">Before; null when it is new.</param>
/// <param name="Now">After; null when it is gone.</param>
internal sealed record ClusterChange(Type Kind, Change What, IApiObject? Was, IApiObject? Now)
{
    public static ClusterChange Of<T>(Change what, T? was, T? now)
        where T : class, IApiObject<T> =>
        new(typeof(T), what, was, now);
}

/// <summary>Which changes may turn a plugin's no into a yes, and for which pods.</summary>
internal sealed class WakeUp
{
    private readonly Type? _kind;
    private readonly Change _changes;
    private readonly Func<Pod, IApiObject?, IApiObject?, bool> _hint;

    private WakeUp(Type? kind, Change changes, Func<Pod, IApiObject?, IApiObject?, bool> hint) => (_kind, _changes, _hint) = (kind, changes, hint);

    /// <summary>When such an object changes so; for pods: those that are on nodes.</summary>
    public static WakeUp On<T>(Change changes)
        where T : class, IApiObject<T> =>
        new(typeof(T), changes, static (_, _, _) => true);

    /// <summary>When such an object changes so and the hint says that it may help this pod. The hint gets the pod, the object before (null when new) and after.</summary>
    public static WakeUp On<T>(Change changes, Func<Pod, T?, T, bool> hint)
        where T : class, IApiObject<T> =>
        new(typeof(T), changes, (pod, was, now) => now is T item && hint(pod, was as T, item));

    /// <summary>When such an object is gone and the hint says that it may help this pod.</summary>
    public static WakeUp OnDeleted<T>(Func<Pod, T, bool> hint)
        where T : class, IApiObject<T> =>
        new(typeof(T), Change.Deleted, (pod, was, _) => was is T item && hint(pod, item));

    /// <summary>When the waiting pod itself changes so.</summary>
    public static WakeUp OnItself(Change changes) => new(null, changes, static (_, _, _) => true);

    /// <summary>Does the change concern this pod?</summary>
    public bool Matches(Pod pod, ClusterChange change) =>
        _kind == change.Kind && (_changes & change.What) != 0 && _hint(pod, change.Was, change.Now);

    /// <summary>Does the pod's own change concern it?</summary>
    public bool MatchesItself(Change changes) => _kind is null && (_changes & changes) != 0;
}
