using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>How much there may be of things in a namespace, together.</summary>
internal sealed class ResourceQuotas : ResourceDefinition<ResourceQuota>
{
    protected override void Declare(Declaration<ResourceQuota> resource) => resource
        .WithStatus((value, other) => value with { Status = other.Status }, CheckStatus)
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("Request", quota => Usage(quota, isLimit: false))
        .Column("Limit", quota => Usage(quota, isLimit: true))
        .AgeColumn();

    protected override void Validate(ResourceQuota value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        foreach (var (name, quantity) in value.Spec.Hard)
        {
            spec.At("hard").Key(name).QuotaResourceName(name);
            spec.At("hard").Key(name).ResourceQuantity(name, quantity);
        }

        ResourceQuotaChecks.CheckScopes(value.Spec, spec);
        ResourceQuotaChecks.CheckSelector(value.Spec, spec);
    }

    protected override void ValidateUpdate(ResourceQuota value, ResourceQuota old, FieldErrors errors)
    {
        Validate(value, errors);
        if (!value.Spec.Scopes.ToHashSet(StringComparer.Ordinal).SetEquals(old.Spec.Scopes))
            errors.At("spec").At("scopes").InvalidPrinted(Printing.Of(value.Spec.Scopes), "field is immutable");
    }

    private static string Usage(ResourceQuota quota, bool isLimit) => string.Join(", ", quota.Spec.Hard
        .Where(entry => entry.Key.StartsWith("limits", StringComparison.Ordinal) == isLimit)
        .Select(entry => $"{entry.Key}: {quota.Status.Used.Find(entry.Key)}/{entry.Value}"));

    private static void CheckStatus(ResourceQuota value, ResourceQuota old, FieldErrors errors)
    {
        var status = errors.At("status");
        foreach (var (field, quantities) in new[] { ("hard", value.Status.Hard), ("used", value.Status.Used) })
        {
            foreach (var (name, quantity) in quantities.AsEnumerable())
            {
                status.At(field).Key(name).QuotaResourceName(name);
                status.At(field).Key(name).ResourceQuantity(name, quantity);
            }
        }
    }
}
