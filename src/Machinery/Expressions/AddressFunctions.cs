using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ControlPlane.Cel;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>IP addresses and networks: ip('10.0.0.1'), cidr('10.0.0.0/8').containsIP(…) (apiserver: pkg/cel/library/ip.go, cidr.go).</summary>
public sealed class AddressFunctions : CelLibrary
{
    private static readonly CelType Ip = CelType.Opaque("net.IP");
    private static readonly CelType Cidr = CelType.Opaque("net.CIDR");

    /// <inheritdoc/>
    public override string Name => "kubernetes.net";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        declare.Type(Ip).Type(Cidr);
        declare.Function("ip", "string_to_ip", [CelType.String], Ip, arguments => ParseIp(arguments[0].AsString) is { } address
            ? CelValue.Of(new Address(address))
            : CelValue.Error($"IP Address \"{arguments[0].AsString}\" parse error during conversion from string: unable to parse IP"));
        declare.Function("isIP", "is_ip", [CelType.String], CelType.Bool, arguments => CelValue.Of(ParseIp(arguments[0].AsString) is not null));
        declare.Function("ip.isCanonical", "ip_is_canonical", [CelType.String], CelType.Bool, arguments => ParseIp(arguments[0].AsString) is { } address
            ? CelValue.Of(address.ToString() == arguments[0].AsString)
            : CelValue.Error($"IP Address \"{arguments[0].AsString}\" parse error during conversion from string: unable to parse IP"));
        declare.Method("family", "ip_family", [Ip], CelType.Int, arguments => CelValue.Of(FamilyOf(In(arguments[0]))));
        declare.Method("isUnspecified", "ip_is_unspecified", [Ip], CelType.Bool, arguments => CelValue.Of(In(arguments[0]).Equals(IPAddress.Any) || In(arguments[0]).Equals(IPAddress.IPv6Any)));
        declare.Method("isLoopback", "ip_is_loopback", [Ip], CelType.Bool, arguments => CelValue.Of(IPAddress.IsLoopback(In(arguments[0]))));
        declare.Method("isLinkLocalMulticast", "ip_is_link_local_multicast", [Ip], CelType.Bool, arguments => CelValue.Of(Bytes(arguments[0]) is [224, 0, 0, _] or [255, 0x02, .., _]));
        declare.Method("isLinkLocalUnicast", "ip_is_link_local_unicast", [Ip], CelType.Bool, arguments => CelValue.Of(Bytes(arguments[0]) is [169, 254, _, _] or [0xfe, >= 0x80 and < 0xc0, _, _, _, ..]));
        declare.Method("isGlobalUnicast", "ip_is_global_unicast", [Ip], CelType.Bool, arguments => CelValue.Of(IsGlobalUnicast(In(arguments[0]))));
        DeclareNetworks(declare);
    }

    private static void DeclareNetworks(CelDeclarations declare)
    {
        declare.Function("cidr", "string_to_cidr", [CelType.String], Cidr, arguments => ParseCidr(arguments[0].AsString) is { } network
            ? CelValue.Of(network)
            : CelValue.Error("network address parse error during conversion from string: netip.ParsePrefix"));
        declare.Function("isCIDR", "is_cidr", [CelType.String], CelType.Bool, arguments => CelValue.Of(ParseCidr(arguments[0].AsString) is not null));
        declare.Method("ip", "cidr_ip", [Cidr], Ip, arguments => CelValue.Of(new Address(Net(arguments[0]).First)));
        declare.Method("prefixLength", "cidr_prefix_length", [Cidr], CelType.Int, arguments => CelValue.Of((long)Net(arguments[0]).Length));
        declare.Method("masked", "cidr_masked", [Cidr], Cidr, arguments => CelValue.Of(Net(arguments[0]).Masked()));
        declare.Method("containsIP", "cidr_contains_ip_ip", [Cidr, Ip], CelType.Bool, arguments => CelValue.Of(Net(arguments[0]).Contains(In(arguments[1]))));
        declare.Method("containsIP", "cidr_contains_ip_string", [Cidr, CelType.String], CelType.Bool, arguments =>
            ParseIp(arguments[1].AsString) is { } address ? CelValue.Of(Net(arguments[0]).Contains(address)) : CelValue.Error($"unable to parse IP \"{arguments[1].AsString}\""));
        declare.Method("containsCIDR", "cidr_contains_cidr", [Cidr, Cidr], CelType.Bool, arguments => CelValue.Of(Net(arguments[0]).Contains(Net(arguments[1]))));
        declare.Method("containsCIDR", "cidr_contains_cidr_string", [Cidr, CelType.String], CelType.Bool, arguments =>
            ParseCidr(arguments[1].AsString) is { } network ? CelValue.Of(Net(arguments[0]).Contains(network)) : CelValue.Error($"unable to parse CIDR \"{arguments[1].AsString}\""));
        declare.Function("string", "ip_to_string", [Ip], CelType.String, arguments => CelValue.Of(In(arguments[0]).ToString()));
        declare.Function("string", "cidr_to_string", [Cidr], CelType.String, arguments => CelValue.Of(Net(arguments[0]).ToString()));
    }

    private static IPAddress? ParseIp(string text) =>
        !text.Contains('%', StringComparison.Ordinal) && !text.Contains('[', StringComparison.Ordinal)
        && IPAddress.TryParse(text, out var address) && !address.IsIPv4MappedToIPv6
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || (text.Count(c => c == '.') == 3 && address.ToString() == text))
            ? address
            : null;

    private static Network? ParseCidr(string text) =>
        text.Split('/') is [var first, var bits] && ParseIp(first) is { } address
        && int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && length <= (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) && length.ToString(CultureInfo.InvariantCulture) == bits
            ? new Network(address, length)
            : null;

    private static bool IsGlobalUnicast(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && address.GetAddressBytes() is not ([>= 224 and < 240, _, _, _] or [169, 254, _, _] or [255, _, _, _, _, ..] or [0xfe, >= 0x80 and < 0xc0, _, _, _, ..]);

    private static long FamilyOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? 4 : 6;

    private static byte[] Bytes(in CelValue value) => In(value).GetAddressBytes();

    private static IPAddress In(in CelValue value) => ((Address)value.AsObject).Value;

    private static Network Net(in CelValue value) => (Network)value.AsObject;

    private sealed record Address(IPAddress Value) : ICelObject
    {
        public CelType Type => Ip;

        public bool TryGetField(string name, out CelValue value)
        {
            value = default;
            return false;
        }

        public bool ValueEquals(ICelObject other) => Equals(other as Address);
    }

    private sealed record Network(IPAddress First, int Length) : ICelObject
    {
        public CelType Type => Cidr;

        public bool TryGetField(string name, out CelValue value)
        {
            value = default;
            return false;
        }

        public bool ValueEquals(ICelObject other) => Equals(other as Network);

        public Network Masked() => this with { First = Base(First) };

        public bool Contains(IPAddress address) => address.AddressFamily == First.AddressFamily && Base(address).Equals(Base(First));

        public bool Contains(Network other) => other.Length >= Length && Contains(other.First);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First}/{Length}");

        private IPAddress Base(IPAddress address)
        {
            var bytes = address.GetAddressBytes();
            for (var i = 0; i < bytes.Length; i++)
            {
                var kept = Math.Clamp(Length - (i * 8), 0, 8);
                bytes[i] &= (byte)(0xff << (8 - kept));
            }

            return new IPAddress(bytes);
        }
    }
}
