using System.Net;
using System.Net.Sockets;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>Which addresses one Service gets.</summary>
/// <param name="pool">What there is.</param>
/// <param name="service">For whom.</param>
/// <param name="own">What it has, or had last; kept where it can be.</param>
/// <param name="taken">What others have.</param>
internal sealed class AddressChoice(AddressPool pool, Service service, IEnumerable<IPAddress> own, IReadOnlyDictionary<IPAddress, Service> taken)
{
    /// <summary>One address of each family that the Service is of.</summary>
    /// <exception cref="CloudException">All are taken, or what it asks for cannot be had.</exception>
    public IReadOnlyList<IPAddress> Decide() => [.. Families().Select(family => Requested(family) ?? Kept(family) ?? Free(family))];

    private IEnumerable<AddressFamily> Families()
    {
        if (pool.IsEmpty)
            throw new CloudException("the pool has no addresses");
        var wanted = service.Spec.IpFamilies.Select(static family => family == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork).ToList();
        if (wanted.Count == 0)
            return [pool.FirstFamily];
        var possible = wanted.Where(pool.Has).ToList();
        // A second family that is only preferred may be missing.
        return possible.Count == wanted.Count || (possible.Count > 0 && service.Spec.IpFamilyPolicy == "PreferDualStack")
            ? possible
            : throw new CloudException($"the pool has no {Name(wanted.Find(family => !pool.Has(family)))} addresses");
    }

    private IPAddress? Requested(AddressFamily family)
    {
        if (!IPAddress.TryParse(service.Spec.LoadBalancerIP, out var address) || address.AddressFamily != family)
            return null;
        if (!pool.Contains(address))
            throw new CloudException($"loadBalancerIP {address} is not in the pool");
        return taken.TryGetValue(address, out var holder)
            ? throw new CloudException($"loadBalancerIP {address} is in use by {holder.Metadata.Namespace}/{holder.Metadata.Name}")
            : address;
    }

    private IPAddress? Kept(AddressFamily family) =>
        own.FirstOrDefault(address => address.AddressFamily == family && pool.Contains(address) && !taken.ContainsKey(address));

    private IPAddress Free(AddressFamily family) =>
        pool.FirstFree(family, taken.Keys.ToHashSet()) ?? throw new CloudException($"all {Name(family)} addresses of the pool are in use");

    private static string Name(AddressFamily family) => family == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4";
}
