using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Devices that a pod claims, by claim or by template of one.</summary>
internal static class ResourceClaimChecks
{
    internal static void Check(ValueList<PodResourceClaim> claims, FieldErrors at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < claims.Count; i++)
        {
            var (claim, place) = (claims[i], at.At(i));
            if (claim.Name.Length == 0)
                place.At("name").Required();
            else if (!seen.Add(claim.Name))
                place.At("name").Duplicate(claim.Name);
            else
                place.At("name").Complain(claim.Name, Names.Label(claim.Name));
            CheckSource(claim, place);
        }
    }

    private static void CheckSource(PodResourceClaim claim, FieldErrors at)
    {
        if (claim is { ResourceClaimName: not null, ResourceClaimTemplateName: not null })
            at.Invalid(claim, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
        if (claim is { ResourceClaimName: null, ResourceClaimTemplateName: null })
            at.Invalid(claim, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
        if (claim.ResourceClaimName is { } name)
            at.At("resourceClaimName").Complain(name, Names.Subdomain(name));
        if (claim.ResourceClaimTemplateName is { } template)
            at.At("resourceClaimTemplateName").Complain(template, Names.Subdomain(template));
    }
}
