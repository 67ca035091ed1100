using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>What the server says of a definition: whether it has its names, and is served (apiextensions: pkg/controller/status, establish, apiapproval).</summary>
internal static class DefinitionConditions
{
    private const string ApprovalKey = "api-approved.kubernetes.io";
    private const string MissingApproval =
        $"protected groups must have approval annotation \"{ApprovalKey}\", see https://github.com/kubernetes/enhancements/pull/1111";

    /// <summary>Is the condition true?</summary>
    public static bool Has(CustomResourceDefinition definition, string type) => definition.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True");

    /// <summary>Is it to be served?</summary>
    public static bool IsServable(CustomResourceDefinition definition) => Has(definition, "NamesAccepted") || Has(definition, "Established");

    /// <summary>The definition with its status as it should be.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="group">All definitions of its group.</param>
    /// <param name="now">When conditions change that do.</param>
    public static CustomResourceDefinition Decide(CustomResourceDefinition definition, IEnumerable<CustomResourceDefinition> group, Timestamp now)
    {
        var names = new NameClaims(definition, group);
        var status = definition.Status with { AcceptedNames = names.Granted };
        var accepted = names.Problem is { } problem
            ? Condition("NamesAccepted", "False", problem.Reason, problem.Message)
            : Condition("NamesAccepted", "True", "NoConflicts", "no conflicts found");
        status = With(status, accepted, definition, now);
        if (!Has(definition, "Established"))
        {
            status = With(status, names.Problem is null
                ? Condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
                : Condition("Established", "False", "NotAccepted", "not all names are accepted"), definition, now);
        }

        if (ApprovalOf(definition) is { } approval)
            status = With(status, approval, definition, now);
        return definition with { Status = status };
    }

    /// <summary>A condition of that kind.</summary>
    public static CustomResourceDefinitionCondition Condition(string type, string status, string reason, string message) =>
        new() { Type = type, Status = status, Reason = reason, Message = message };

    /// <summary>The status with a condition; its time stays where its truth does.</summary>
    public static CustomResourceDefinitionStatus With(
        CustomResourceDefinitionStatus status, CustomResourceDefinitionCondition condition, CustomResourceDefinition definition, Timestamp now)
    {
        condition = condition with { LastTransitionTime = now, ObservedGeneration = definition.Metadata.Generation };
        var at = status.Conditions.FindIndex(one => one.Type == condition.Type);
        if (at < 0)
            return status with { Conditions = status.Conditions.Add(condition) };
        var old = status.Conditions[at];
        return status with { Conditions = status.Conditions.SetItem(at, old.Status == condition.Status ? condition with { LastTransitionTime = old.LastTransitionTime } : condition) };
    }

    private static CustomResourceDefinitionCondition? ApprovalOf(CustomResourceDefinition definition)
    {
        const string Type = "KubernetesAPIApprovalPolicyConformant";
        var group = definition.Spec.Group;
        if (!group.EndsWith(".k8s.io", StringComparison.Ordinal) && !group.EndsWith(".kubernetes.io", StringComparison.Ordinal) && group is not ("k8s.io" or "kubernetes.io"))
            return null;
        var said = definition.Metadata.Annotations.TryGetValue(ApprovalKey, out var text) ? text : "";
        if (said.Length == 0)
            return Condition(Type, "False", "MissingAnnotation", MissingApproval);
        if (said.StartsWith("unapproved", StringComparison.Ordinal))
            return Condition(Type, "False", "UnapprovedAnnotation", $"not approved: {FieldErrors.Quote(said)}");
        return Uri.TryCreate(said, UriKind.Absolute, out var url) && url.Host.Length > 0
            ? Condition(Type, "True", "ApprovedAnnotation", $"approved in {said}")
            : Condition(Type, "False", "InvalidAnnotation",
                $"protected groups must have approval annotation \"{ApprovalKey}\" with either a URL or a reason starting with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111");
    }
}
