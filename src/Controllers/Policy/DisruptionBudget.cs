using System.Globalization;
using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Policy;

namespace ControlPlane.Controllers.Policy;

/// <summary>What a budget's status says: how many of its pods are healthy, how many have to be, and so how many may be evicted.</summary>
internal static class DisruptionBudget
{
    /// <summary>An eviction that was granted counts for so long; then the pod was not deleted after all (disruption.go: DeletionTimeout).</summary>
    public static readonly TimeSpan DeletionTimeout = TimeSpan.FromMinutes(2);

    private const string Allowed = "DisruptionAllowed";

    /// <summary>Does the budget need the number of pods that their controllers want, rather than the number that is there?</summary>
    public static bool CountsWantedPods(PodDisruptionBudget budget) => budget.Spec.MaxUnavailable is not null || budget.Spec.MinAvailable is { IsString: true };

    /// <summary>How many pods have to stay healthy.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="expected">How many pods there should be.</param>
    /// <exception cref="FormatException">A percentage is not one.</exception>
    public static int DesiredHealthy(PodDisruptionBudget budget, int expected)
    {
        if (budget.Spec.MaxUnavailable is { } unavailable)
            return Math.Max(0, expected - Scaled(unavailable, expected));
        return budget.Spec.MinAvailable is { } available ? Scaled(available, expected) : 0;
    }

    /// <summary>Pods whose eviction was granted, and that are neither going yet nor forgiven.</summary>
    public static ValueMap<Timestamp> StillDisrupted(PodDisruptionBudget budget, IEnumerable<Pod> pods, DateTimeOffset now) => pods
        .Where(static pod => pod.Metadata.DeletionTimestamp is null)
        .Where(pod => budget.Status.DisruptedPods.TryGetValue(pod.Metadata.Name, out var since) && since.ToDateTimeOffset() + DeletionTimeout >= now)
        .Select(pod => KeyValuePair.Create(pod.Metadata.Name, budget.Status.DisruptedPods[pod.Metadata.Name]))
        .ToValueMap();

    /// <summary>The status.</summary>
    public static PodDisruptionBudgetStatus StatusOf(
        PodDisruptionBudget budget, IReadOnlyList<Pod> pods, int expected, ValueMap<Timestamp> disrupted, Timestamp now)
    {
        var healthy = pods.Count(pod => pod.Metadata.DeletionTimestamp is null && pod.HasReadyCondition && !disrupted.ContainsKey(pod.Metadata.Name));
        var desired = DesiredHealthy(budget, expected);
        var allowed = expected <= 0 ? 0 : Math.Max(0, healthy - desired);
        var reason = allowed > 0 ? "SufficientPods" : "InsufficientPods";
        return budget.Status with
        {
            CurrentHealthy = healthy,
            DesiredHealthy = desired,
            ExpectedPods = expected,
            DisruptionsAllowed = allowed,
            DisruptedPods = disrupted,
            ObservedGeneration = budget.Metadata.Generation,
            Conditions = WithCondition(budget, allowed > 0 ? "True" : "False", reason, "", now),
        };
    }

    /// <summary>The status when it cannot be told: nothing may be evicted.</summary>
    public static PodDisruptionBudgetStatus Failed(PodDisruptionBudget budget, string message, Timestamp now) => budget.Status with
    {
        DisruptionsAllowed = 0,
        Conditions = WithCondition(budget, "False", "SyncFailed", message, now),
    };

    private static ValueList<Condition> WithCondition(PodDisruptionBudget budget, string status, string reason, string message, Timestamp now)
    {
        var conditions = budget.Status.Conditions;
        var at = conditions.FindIndex(static condition => condition.Type == Allowed);
        var condition = new Condition
        {
            Type = Allowed,
            Status = status,
            Reason = reason,
            Message = message,
            ObservedGeneration = budget.Metadata.Generation,
            LastTransitionTime = at >= 0 && conditions[at].Status == status ? conditions[at].LastTransitionTime : now,
        };
        return at < 0 ? conditions.Add(condition) : conditions.SetItem(at, condition);
    }

    // Rounded up, as upstream rounds all of a budget's percentages: of seven pods, half is four.
    private static int Scaled(IntOrString value, int total) => !value.IsString ? value.Number
        : (int)Math.Ceiling(int.Parse(value.Text.TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture) * (double)total / 100);
}
