using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Networking;

namespace ControlPlane.Resources.Networking;

/// <summary>A range of addresses for services.</summary>
internal sealed class ServiceCIDRs : ResourceDefinition<ServiceCIDR>
{
    protected override void Declare(Declaration<ServiceCIDR> resource) => resource
        .WithStatus((value, other) => value with { Status = other.Status })
        .ResetFields("status")
        .StatusResetFields("spec")
        .NameColumn()
        .Column("CIDRs", value => string.Join(",", value.Spec.Cidrs))
        .AgeColumn();

    protected override void Validate(ServiceCIDR value, FieldErrors errors)
    {
        var at = errors.At("spec").At("cidrs");
        var ranges = value.Spec.Cidrs;
        if (ranges.IsEmpty)
        {
            at.Required("at least one CIDR required");
            return;
        }

        var printed = $"[{string.Join(",", ranges.Select(FieldErrors.Quote))}]";
        if (ranges.Count > 2)
            at.InvalidPrinted(printed, "may only hold up to 2 values");
        else if (ranges.Count == 2 && NetworkChecks.IsIpv6(ranges[0]) == NetworkChecks.IsIpv6(ranges[1]))
            at.InvalidPrinted(printed, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/96");
        for (var i = 0; i < ranges.Count; i++)
            at.At(i).IpRange(ranges[i]);
    }

    protected override void ValidateUpdate(ServiceCIDR value, ServiceCIDR old, FieldErrors errors)
    {
        var (at, ranges, known) = (errors.At("spec").At("cidrs"), value.Spec.Cidrs, old.Spec.Cidrs);
        // A second range may be added; what there is stays.
        if (ranges.Count < known.Count || (ranges.Count > known.Count && known.Count != 1))
        {
            at.InvalidPrinted($"[{string.Join(",", ranges.Select(FieldErrors.Quote))}]", "field is immutable");
            return;
        }

        for (var i = 0; i < known.Count; i++)
            at.At(i).Immutable(ranges[i], known[i], FieldErrors.Quote);
        for (var i = known.Count; i < ranges.Count; i++)
            at.At(i).IpRange(ranges[i]);
    }
}
