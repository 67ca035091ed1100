using System.Globalization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Namespaces;

/// <summary>A terminating namespace's conditions, with upstream's reasons and messages (namespace/deletion/status_condition_utils.go).</summary>
internal static class NamespaceConditions
{
    public static NamespaceStatus Apply(NamespaceStatus status, RemainingContent remains, DateTimeOffset now)
    {
        NamespaceCondition[] conditions =
        [
            Condition("NamespaceDeletionDiscoveryFailure", remains.Undiscovered.Count > 0, "DiscoveryFailed", "ResourcesDiscovered",
                $"Discovery failed for some groups, {remains.Undiscovered.Count} failing: unable to retrieve the complete list of server APIs: {string.Join(", ", remains.Undiscovered)}",
                "All resources successfully discovered"),
            Condition("NamespaceDeletionGroupVersionParsingFailure", false, "", "ParsedGroupVersions", "", "All legacy kube types successfully parsed"),
            Condition("NamespaceDeletionContentFailure", remains.Failures.Count > 0, "ContentDeletionFailed", "ContentDeleted",
                $"Failed to delete all resource types, {remains.Failures.Count} remaining: {string.Join(", ", remains.Failures)}",
                "All content successfully deleted, may be waiting on finalization"),
            Condition("NamespaceContentRemaining", remains.Objects.Count > 0, "SomeResourcesRemain", "ContentRemoved",
                "Some resources are remaining: " + string.Join(", ", remains.Objects.Select(static entry => Counted(entry.Key + ". has", entry.Value))),
                "All content successfully removed"),
            Condition("NamespaceFinalizersRemaining", remains.Finalizers.Count > 0, "SomeFinalizersRemain", "ContentHasNoFinalizers",
                "Some content in the namespace has finalizers remaining: " + string.Join(", ", remains.Finalizers.Select(static entry => Counted(entry.Key + " in", entry.Value))),
                "All content-preserving finalizers finished"),
        ];
        return conditions.Aggregate(status, (changed, condition) => With(changed, condition, now));
    }

    private static NamespaceCondition Condition(string type, bool isTrue, string reason, string otherwise, string message, string otherMessage) => new()
    {
        Type = type,
        Status = isTrue ? "True" : "False",
        Reason = isTrue ? reason : otherwise,
        Message = isTrue ? message : otherMessage,
    };

    private static string Counted(string what, int count) => string.Create(CultureInfo.InvariantCulture, $"{what} {count} resource instances");

    private static NamespaceStatus With(NamespaceStatus status, NamespaceCondition condition, DateTimeOffset now)
    {
        var index = status.Conditions.FindIndex(other => other.Type == condition.Type);
        if (index < 0)
            return status with { Conditions = status.Conditions.Add(condition with { LastTransitionTime = Timestamp.From(now) }) };
        var before = status.Conditions[index];
        var time = before.Status == condition.Status ? before.LastTransitionTime : Timestamp.From(now);
        return status with { Conditions = status.Conditions.SetItem(index, condition with { LastTransitionTime = time }) };
    }
}
