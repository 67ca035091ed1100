using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// Which families of addresses a service has, and how many, in a cluster whose services have IPv4 addresses only: what was left out follows from what was
/// said or from what was before (upstream: pkg/registry/core/service/storage, initIPFamilyFields).
/// </summary>
public static class ServiceFamilies
{
    private const string Ipv4 = "IPv4";
    private const string Ipv6 = "IPv6";
    private const string Single = "SingleStack";
    private const string Preferred = "PreferDualStack";
    private const string Required = "RequireDualStack";

    /// <summary>The service with its families and their policy.</summary>
    /// <exception cref="ApiException">Its addresses are wrong, or this cluster has no such.</exception>
    public static Service Of(Service service, Service? old)
    {
        if (service.Spec.Type == "ExternalName" || StaysAsPreferred(service, old))
            return service;
        service = service with { Spec = service.Spec with { IpFamilyPolicy = service.Spec.IpFamilyPolicy ?? DefaultPolicy(service, old) } };
        var errors = new FieldErrors();
        ServiceAddressChecks.Check(service, errors.At("spec"));
        Refuse(service, errors);
        service = WithoutSecond(service, old, errors.At("spec"));
        CheckCounts(service.Spec, errors.At("spec"));
        service = WithFamiliesOfAddresses(service, errors.At("spec.clusterIPs"));
        Refuse(service, errors);
        if (service is { Spec: { ClusterIP: ServiceQuestions.NoAddress, Selector.Count: 0 } })
            return WithBoth(service);
        CheckCluster(service.Spec, errors.At("spec"));
        Refuse(service, errors);
        return service.Spec.IpFamilies.IsEmpty ? With(service, [Ipv4]) : service;
    }

    // Who prefers two families and has what the cluster could give keeps it when the cluster changes.
    private static bool StaysAsPreferred(Service service, Service? old) =>
        old is { Spec: { IpFamilyPolicy: Preferred, Type: not "ExternalName" } } && service.Spec.IpFamilyPolicy == Preferred
        && service.Spec.ClusterIPs == old.Spec.ClusterIPs && service.Spec.IpFamilies == old.Spec.IpFamilies;

    private static string DefaultPolicy(Service service, Service? old) =>
        old?.Spec.IpFamilyPolicy ?? (service is { Spec: { ClusterIP: ServiceQuestions.NoAddress, Selector.Count: 0 } } ? Required : Single);

    private static Service With(Service service, ValueList<string> families) => service with { Spec = service.Spec with { IpFamilies = families } };

    // To ask for one family is to give the second away; to leave the second out is not to ask for it.
    private static Service WithoutSecond(Service service, Service? old, FieldErrors spec)
    {
        if (old is null)
            return service;
        var (now, before) = (service.Spec, old.Spec);
        if (now.IpFamilyPolicy == Single)
        {
            if (now.ClusterIPs.Count > 1 && now.ClusterIPs == before.ClusterIPs)
                now = now with { ClusterIPs = [now.ClusterIPs[0]] };
            if (now.IpFamilies.Count > 1 && now.IpFamilies == before.IpFamilies)
                now = now with { IpFamilies = [now.IpFamilies[0]] };
            return service with { Spec = now };
        }

        if (IsReduced(now.ClusterIPs, before.ClusterIPs))
            spec.At("ipFamilyPolicy").Invalid(now.IpFamilyPolicy, "must be 'SingleStack' to release the secondary cluster IP");
        if (IsReduced(now.IpFamilies, before.IpFamilies))
            spec.At("ipFamilyPolicy").Invalid(now.IpFamilyPolicy, "must be 'SingleStack' to release the secondary IP family");
        return service;
    }

    private static bool IsReduced(ValueList<string> now, ValueList<string> before) => before.Count > 1 && now.Count == 1 && now[0] == before[0];

    private static void CheckCounts(ServiceSpec service, FieldErrors spec)
    {
        if (service.IpFamilyPolicy != Single)
            return;
        const string Complaint = "must be 'RequireDualStack' or 'PreferDualStack' when multiple ";
        if (service.ClusterIPs.Count == 2)
            spec.At("ipFamilyPolicy").Invalid(Single, Complaint + "cluster IPs are specified");
        if (service.IpFamilies.Count == 2)
            spec.At("ipFamilyPolicy").Invalid(Single, Complaint + "IP families are specified");
    }

    private static Service WithFamiliesOfAddresses(Service service, FieldErrors at)
    {
        var addresses = service.Spec.ClusterIPs;
        var families = service.Spec.IpFamilies.ToList();
        for (var i = 0; i < addresses.Count && addresses[i] != ServiceQuestions.NoAddress; i++)
        {
            if (i < families.Count)
                continue;
            if (NetworkChecks.IsIpv6(addresses[i]))
                at.At(i).InvalidPrinted($"[{string.Join(",", addresses.Select(FieldErrors.Quote))}]", $"{Ipv6} is not configured on this cluster");
            else
                families.Add(Ipv4);
        }

        return families.Count == service.Spec.IpFamilies.Count ? service : With(service, families.ToValueList());
    }

    // Nobody gives addresses to a headless service without a selector: it may have any.
    private static Service WithBoth(Service service)
    {
        var families = service.Spec.IpFamilies;
        if (families.IsEmpty)
            families = [Ipv4];
        if (families.Count < 2 && service.Spec.IpFamilyPolicy != Single)
            families = families[0] == Ipv4 ? [Ipv4, Ipv6] : [families[0], Ipv4];
        return With(service, families);
    }

    private static void CheckCluster(ServiceSpec service, FieldErrors spec)
    {
        if (service.IpFamilyPolicy == Required)
            spec.At("ipFamilyPolicy").Invalid(Required, "this cluster is not configured for dual-stack services");
        for (var i = 0; i < service.IpFamilies.Count; i++)
        {
            if (service.IpFamilies[i] != Ipv4)
                spec.At("ipFamilies", i).Invalid(service.IpFamilies[i], "not configured on this cluster");
        }
    }

    private static void Refuse(Service service, FieldErrors errors)
    {
        if (!errors.IsEmpty)
            throw ApiError.Invalid(Service.Kind.GroupKind, service.Metadata.Name, errors.All);
    }
}
