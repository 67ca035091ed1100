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
                at.InvalidPrinted(Print(value.Scopes), "unsupported scope");
            foreach (var resource in value.Hard.Keys.Where(resource => !Fits(scope, resource)))
                at.InvalidPrinted(Print(value.Scopes), "unsupported scope applied to resource");
        }

        if ((value.Scopes.Contains(BestEffort) && value.Scopes.Contains("NotBestEffort"))
            || (value.Scopes.Contains("Terminating") && value.Scopes.Contains("NotTerminating")))
            at.InvalidPrinted(Print(value.Scopes), "conflicting scopes");
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
            foreach (var resource in value.Hard.Keys.Where(resource => Scopes.Contains(requirement.ScopeName) && !Fits(requirement.ScopeName, resource)))
                at.Invalid(resource, "unsupported scope applied to resource");
            CheckOperator(requirement, at);
        }
    }

    private static void CheckOperator(ScopedResourceSelectorRequirement requirement, FieldErrors at)
    {
        if (requirement.ScopeName is not (PriorityClass or "VolumeAttributesClass") && Scopes.Contains(requirement.ScopeName) && requirement.Operator != "Exists")
        {
            at.At("operator").Invalid(requirement.Operator, "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
            return;
        }

        switch (requirement.Operator)
        {
            case "In" or "NotIn":
                if (requirement.Values.IsEmpty)
                    at.At("values").Required("must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                break;
            case "Exists" or "DoesNotExist":
                if (!requirement.Values.IsEmpty)
                    at.At("values").InvalidPrinted(Print(requirement.Values), "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                break;
            default:
                at.At("operator").Invalid(requirement.Operator, "not a valid selector operator");
                break;
        }
    }

    // Pods without requests can be counted, and nothing else of theirs (upstream: pkg/apis/core/helper, IsResourceQuotaScopeValidForResource).
    private static bool Fits(string scope, string resource) => scope switch
    {
        BestEffort => resource == "pods",
        "VolumeAttributesClass" => resource is "persistentvolumeclaims" or "requests.storage" || resource.Contains("/", StringComparison.Ordinal),
        _ => resource is not ("services" or "secrets" or "configmaps" or "replicationcontrollers" or "resourcequotas" or "persistentvolumeclaims"
            or "requests.storage" or "services.nodeports" or "services.loadbalancers"),
    };

    private static string Print(ValueList<string> values) => $"[{string.Join(",", values.Select(FieldErrors.Quote))}]";
}
