using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ControlPlane;

/// <summary>Under which address other machines reach this one.</summary>
internal static class NodeAddress
{
    /// <summary>The address that was asked for, else that of the interface with a default route, else any that is not loopback, else loopback.</summary>
    /// <exception cref="FormatException">What was asked for is no address.</exception>
    public static IPAddress Resolve(string asked)
    {
        if (asked.Length > 0)
            return IPAddress.Parse(asked);
        var interfaces = NetworkInterface.GetAllNetworkInterfaces()
            .Where(link => link.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && link.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(link => link.GetIPProperties())
            .ToList();
        var candidates = interfaces.Where(link => link.GatewayAddresses.Any(gateway => IsUsable(gateway.Address))).Concat(interfaces);
        return candidates.SelectMany(link => link.UnicastAddresses).Select(unicast => unicast.Address).FirstOrDefault(IsUsable) ?? IPAddress.Loopback;
    }

    // IPv6-only machines are not served yet: the service and pod ranges are IPv4.
    private static bool IsUsable(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any);
}
