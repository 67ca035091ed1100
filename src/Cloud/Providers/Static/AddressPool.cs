using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>The addresses that load balancers may have, in the order of the file.</summary>
internal sealed class AddressPool(IReadOnlyList<AddressRange> ranges)
{
    /// <summary>Are there none?</summary>
    public bool IsEmpty => ranges.Count == 0;

    /// <summary>The family of the first ones: what a Service gets that does not say.</summary>
    public AddressFamily FirstFamily => ranges[0].Family;

    /// <summary>Are there addresses of that family?</summary>
    public bool Has(AddressFamily family) => ranges.Any(range => range.Family == family);

    /// <summary>Is it one of them?</summary>
    public bool Contains(IPAddress address) => ranges.Any(range => range.Contains(address));

    /// <summary>The first of that family that is not taken: the same answer to the same question, wherever it is asked. Null where all are.</summary>
    public IPAddress? FirstFree(AddressFamily family, IReadOnlySet<IPAddress> taken) =>
        ranges.Where(range => range.Family == family).SelectMany(static range => range.All()).FirstOrDefault(address => !taken.Contains(address));
}
