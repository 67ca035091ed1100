using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;

namespace ControlPlane.Resources.Apps;

/// <summary>Numbers that a controller tells of its pods: none below zero, and of all pods there are no more ready ones than pods (pkg/apis/apps/validation).</summary>
internal static class ReplicaCounts
{
    private const string MoreThanAll = "cannot be greater than status.replicas";

    /// <summary>None below zero.</summary>
    /// <param name="at">At the status.</param>
    /// <param name="counts">Field and number.</param>
    internal static void NonNegative(FieldErrors at, params ReadOnlySpan<(string Field, long? Count)> counts)
    {
        foreach (var (field, count) in counts)
        {
            if (count is { } known)
                at.At(field).NonNegative(known);
        }
    }

    /// <summary>None above the number of all.</summary>
    internal static void Within(int replicas, FieldErrors at, params ReadOnlySpan<(string Field, int Count)> counts)
    {
        foreach (var (field, count) in counts)
        {
            if (count > replicas)
                at.At(field).Invalid(count, MoreThanAll);
        }
    }

    /// <summary>What is available is ready.</summary>
    /// <param name="ready">How the number of ready ones is called there.</param>
    internal static void AvailableWithinReady(int available, int readyCount, string ready, FieldErrors at)
    {
        if (available > readyCount)
            at.At("availableReplicas").Invalid(available, $"cannot be greater than {ready}");
    }

    /// <summary>Collisions of names are counted upwards only.</summary>
    internal static void NotDecremented(int? count, int? old, FieldErrors at)
    {
        if (old is { } before && (count ?? -1) < before)
            at.At("collisionCount").Invalid(count ?? 0, "cannot be decremented");
    }
}
