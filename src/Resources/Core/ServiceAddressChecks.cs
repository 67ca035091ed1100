using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What can be wrong with a service's addresses and their families, and with changing them.</summary>
internal static class ServiceAddressChecks
{
    private const string Ipv4 = "IPv4";
    private const string Ipv6 = "IPv6";
    private const string NotOnceSet = "may not change once set";

    /// <summary>Checks the fields on their own and with each other.</summary>
    /// <returns>Is all well?</returns>
    internal static bool Check(Service service, FieldErrors spec)
    {
        if (service.Spec.Type == "ExternalName")
            return true;
        var before = spec.All.Count;
        CheckFirst(service.Spec, spec.At("clusterIPs"));
        CheckFamilies(service.Spec, spec);
        CheckAddresses(service, spec.At("clusterIPs"));
        return spec.All.Count == before;
    }

    /// <summary>First addresses and families stay; second ones come and go, but don't change.</summary>
    internal static void CheckUpdate(Service service, Service old, FieldErrors spec)
    {
        if (!service.NeedsClusterIp || !old.NeedsClusterIp)
            return;
        if (!service.IsHeadless || !old.IsHeadless)
            CheckAddressesKept(service.Spec, old.Spec.ClusterIPs, spec);
        if (!service.IsHeadless && !old.IsHeadless)
            CheckFamiliesKept(service.Spec, old.Spec.IpFamilies, spec);
    }

    private static void CheckAddressesKept(ServiceSpec service, ValueList<string> old, FieldErrors spec)
    {
        var (addresses, at) = (service.ClusterIPs, spec.At("clusterIPs"));
        if (addresses.Count == old.Count)
        {
            for (var i = 0; i < old.Count; i++)
            {
                if (addresses[i] != old[i])
                    at.At(i).InvalidPrinted(Print(addresses), NotOnceSet);
            }

            return;
        }

        if (addresses.IsEmpty)
            at.At(0).InvalidPrinted(Print(addresses), "primary clusterIP can not be unset");
        else if (!old.IsEmpty && addresses[0] != old[0])
            at.At(0).InvalidPrinted(Print(addresses), NotOnceSet);
        if (addresses.Count == 1 && old.Count > 1)
            RequireSingle(service.IpFamilyPolicy, "clusterIP", spec);
    }

    private static void CheckFamiliesKept(ServiceSpec service, ValueList<string> old, FieldErrors spec)
    {
        var (families, at) = (service.IpFamilies, spec.At("ipFamilies", 0));
        if (families.Count == old.Count)
        {
            for (var i = 0; i < old.Count; i++)
            {
                if (families[i] != old[i])
                    at.InvalidPrinted(Print(families), NotOnceSet);
            }

            return;
        }

        if (families.Count < old.Count && service.ClusterIPs.IsEmpty)
            at.InvalidPrinted(Print(families), "primary ipFamily can not be unset");
        if (!families.IsEmpty && !old.IsEmpty && families[0] != old[0])
            at.InvalidPrinted(Print(service.ClusterIPs), NotOnceSet); // upstream prints the addresses
        if (families.Count == 1 && old.Count > 1)
            RequireSingle(service.IpFamilyPolicy, "ipFamily", spec);
    }

    private static void RequireSingle(string? policy, string released, FieldErrors spec)
    {
        if (policy != "SingleStack")
            spec.At("ipFamilyPolicy").Invalid(policy, $"must be set to 'SingleStack' when releasing the secondary {released}");
    }

    private static void CheckFirst(ServiceSpec service, FieldErrors at)
    {
        if (service.ClusterIP.Length > 0 && service.ClusterIPs.IsEmpty)
            at.Required();
        else if (service.ClusterIP.Length == 0 && !service.ClusterIPs.IsEmpty)
            at.InvalidPrinted(Print(service.ClusterIPs), "must be empty when `clusterIP` is not specified");
        else if (!service.ClusterIPs.IsEmpty && service.ClusterIPs[0] != service.ClusterIP)
            at.InvalidPrinted(Print(service.ClusterIPs), "first value must match `clusterIP`");
    }

    private static void CheckFamilies(ServiceSpec service, FieldErrors spec)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < service.IpFamilies.Count; i++)
        {
            spec.At("ipFamilies", i).OneOf(service.IpFamilies[i], Ipv4, Ipv6);
            if (!seen.Add(service.IpFamilies[i]))
                spec.At("ipFamilies", i).Duplicate(service.IpFamilies[i]);
        }

        if (service.IpFamilyPolicy is { } policy)
            spec.At("ipFamilyPolicy").OneOf(policy, "PreferDualStack", "RequireDualStack", "SingleStack");
    }

    private static void CheckAddresses(Service service, FieldErrors at)
    {
        var addresses = service.Spec.ClusterIPs;
        var areAddresses = true;
        for (var i = 0; i < addresses.Count; i++)
        {
            if (i > 0 || addresses[i] != ServiceQuestions.NoAddress)
                areAddresses &= at.At(i).IpAddress(addresses[i]);
            else if (addresses.Count > 1)
            {
                areAddresses = false;
                at.InvalidPrinted(Print(addresses), "'None' must be the first and only value");
            }
        }

        if (addresses.Count > 2)
            at.InvalidPrinted(Print(addresses), "may only hold up to 2 values");
        if (!areAddresses)
            return;
        if (addresses.Count > 1 && NetworkChecks.IsIpv6(addresses[0]) == NetworkChecks.IsIpv6(addresses[1]))
            at.InvalidPrinted(Print(addresses), "may specify no more than one IP for each IP family");
        for (var i = 0; !service.IsHeadless && i < addresses.Count && i < service.Spec.IpFamilies.Count; i++)
            CheckFamily(addresses[i], service.Spec.IpFamilies[i], i, at.At(i));
    }

    private static void CheckFamily(string address, string family, int index, FieldErrors at)
    {
        var actual = NetworkChecks.IsIpv6(address) ? Ipv6 : Ipv4;
        if (family is Ipv4 or Ipv6 && family != actual)
            at.Invalid(address, FormattableString.Invariant($"expected an {family} value as indicated by `ipFamilies[{index}]`"));
    }

    private static string Print(ValueList<string> values) => Printing.Of(values);
}
