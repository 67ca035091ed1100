using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Checks of what a quota counts: scopes, and resources they go with.</summary>
internal static class ResourceQuotaChecks
{
    private const string BestEffort = "BestEffort";
    private const string PriorityClass = "PriorityClass";
    private static readonly string[] Scopes = ["BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating", "VolumeAttributesClass"];

    internal static void CheckScopes(ResourceQuotaSpec value, FieldErrors spec)
    {
        var at = spec.At("scopes");
        foreach (var scope in value.Scopes)
        {
            if (!Scopes.Contains(scope))
                at.InvalidPrinted(Printing.Of(value.Scopes), "unsupported scope");
            foreach (var _ in value.Hard.Keys.Where(resource => !Fits(scope, resource)))
                at.InvalidPrinted(Printing.Of(value.Scopes), "unsupported scope applied to resource");
        }

        CheckConflicts(value.Scopes, value, at);
    }

    internal static void CheckSelector(ResourceQuotaSpec value, FieldErrors spec)
    {
        if (value.ScopeSelector is not { } selector)
            return;
        var at = spec.At("scopeSelector").At("matchExpressions");
        foreach (var requirement in selector.MatchExpressions)
        {
            if (!Scopes.Contains(requirement.ScopeName))
                at.At("scopeName").Invalid(requirement.ScopeName, "unsupported scope");
            foreach (var _ in value.Hard.Keys.Where(resource => !Fits(requirement.ScopeName, resource)))
                at.InvalidPrinted(InternalForm.Of(selector, "ScopeSelector"), "unsupported scope applied to resource");
            CheckOperator(requirement, at);
        }

        CheckConflicts(selector.MatchExpressions.Select(requirement => requirement.ScopeName).ToValueList(), value, at);
    }

    // No pod is of both sorts.
    private static void CheckConflicts(ValueList<string> scopes, ResourceQuotaSpec value, FieldErrors at)
    {
        foreach (var (one, other) in new[] { (BestEffort, "NotBestEffort"), ("Terminating", "NotTerminating") })
        {
            if (scopes.Contains(one) && scopes.Contains(other))
                at.InvalidPrinted(Printing.Of(value.Scopes), "conflicting scopes");
        }
    }

    private static void CheckOperator(ScopedResourceSelectorRequirement requirement, FieldErrors at)
    {
        if (requirement.ScopeName is not (PriorityClass or "VolumeAttributesClass") && Scopes.Contains(requirement.ScopeName) && requirement.Operator != "Exists")
        {
            at.At("operator").Invalid(
                requirement.Operator,
                "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                + "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
        }

        switch (requirement.Operator)
        {
            case "In" or "NotIn":
                if (requirement.Values.IsEmpty)
                    at.At("values").Required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                break;
            case "Exists" or "DoesNotExist":
                if (!requirement.Values.IsEmpty)
                    at.At("values").InvalidPrinted(Printing.Of(requirement.Values), "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                break;
            default:
                at.At("operator").Invalid(requirement.Operator, "not a valid selector operator");
                break;
        }
    }

    // Pods without requests can be counted, and nothing else of theirs (upstream: pkg/apis/core/helper, IsResourceQuotaScopeValidForResource). Of resources
    // that are no standard ones of quotas nothing is known.
    private static bool Fits(string scope, string resource) => !ResourceChecks.IsOfQuotas(resource) || scope switch
    {
        BestEffort => resource == "pods",
        "VolumeAttributesClass" => resource is "persistentvolumeclaims" or "requests.storage",
        _ => resource is "pods" or "cpu" or "memory" or "requests.cpu" or "requests.memory" or "limits.cpu" or "limits.memory" || !Scopes.Contains(scope),
    };
}
