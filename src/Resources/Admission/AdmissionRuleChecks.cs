using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Expressions;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Checks of the rules and conditions by which requests are chosen for admission.</summary>
internal static class AdmissionRuleChecks
{
    private const string All = "*";
    private const int MaxConditions = 64; // upstream: pkg/apis/admissionregistration/validation, validateMatchConditions

    internal static void Check(
        ValueList<string> operations, ValueList<string> groups, ValueList<string> versions, ValueList<string> resources, string? scope, FieldErrors at)
    {
        CheckOperations(operations, at.At("operations"));
        if (groups.IsEmpty)
            at.At("apiGroups").Required();
        if (groups.Count > 1 && groups.Contains(All))
            at.At("apiGroups").InvalidPrinted(Print(groups), "if '*' is present, must not specify other API groups");
        CheckVersions(versions, at.At("apiVersions"));
        CheckResources(resources, at.At("resources"));
        if (scope is not null)
            at.At("scope").OneOf(scope, All, "Cluster", "Namespaced");
    }

    internal static void CheckConditions(ValueList<MatchCondition> conditions, ExpressionCheck expressions, FieldErrors at)
    {
        if (conditions.Count > MaxConditions)
            at.TooMany(conditions.Count, MaxConditions);
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            var (condition, place) = (conditions[i], at.At(i));
            if (condition.Expression.Trim().Length == 0)
                place.At("expression").Required();
            else
                AdmissionPolicyChecks.CheckExpression(condition.Expression, ExpressionResult.Bool, expressions, place.At("expression"));
            if (condition.Name.Length == 0)
                place.At("name").Required();
            else
                place.At("name").Complain(condition.Name, Names.QualifiedName(condition.Name));
            if (condition.Name.Length > 0 && !names.Add(condition.Name))
                place.At("name").Duplicate(condition.Name);
        }
    }

    private static void CheckOperations(ValueList<string> operations, FieldErrors at)
    {
        if (operations.IsEmpty)
            at.Required();
        if (operations.Count > 1 && operations.Contains(All))
            at.InvalidPrinted(Print(operations), "if '*' is present, must not specify other operations");
        for (var i = 0; i < operations.Count; i++)
            at.At(i).OneOf(operations[i], All, "CONNECT", "CREATE", "DELETE", "UPDATE");
    }

    private static void CheckVersions(ValueList<string> versions, FieldErrors at)
    {
        if (versions.IsEmpty)
            at.Required();
        if (versions.Count > 1 && versions.Contains(All))
            at.InvalidPrinted(Print(versions), "if '*' is present, must not specify other API versions");
        for (var i = 0; i < versions.Count; i++)
        {
            if (versions[i].Length == 0)
                at.At(i).Required();
        }
    }

    private static void CheckResources(ValueList<string> resources, FieldErrors at)
    {
        if (resources.IsEmpty)
            at.Required();
        for (var i = 0; i < resources.Count; i++)
        {
            var resource = resources[i];
            if (resource.Length == 0)
                at.At(i).Required();
            else if (resource.StartsWith("*/", StringComparison.Ordinal) && resource != "*/*" && resources.Any(other => other.EndsWith(resource[1..], StringComparison.Ordinal) && other != resource))
                at.At(i).Invalid(resource, $"if '{resource}' is present, must not specify {resource[1..]}");
            else if (resource.EndsWith("/*", StringComparison.Ordinal) && resource != "*/*"
                && resources.Any(other => other != resource && other.StartsWith(resource[..^1], StringComparison.Ordinal)))
                at.At(i).Invalid(resource, $"if '{resource}' is present, must not specify {resource[..^1]}");
        }

        if (resources.Count > 1 && resources.Contains("*/*"))
            at.InvalidPrinted(Print(resources), "if '*/*' is present, must not specify other resources");
        if (resources.Contains(All) && resources.Any(other => other != All && !other.Contains('/', StringComparison.Ordinal)))
            at.InvalidPrinted(Print(resources), "if '*' is present, must not specify other resources without subresources");
    }

    private static string Print(ValueList<string> values) => $"[{string.Join(",", values.Select(FieldErrors.Quote))}]";
}
