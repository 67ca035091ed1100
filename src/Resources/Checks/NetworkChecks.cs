using System.Net;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Checks;

/// <summary>Addresses, ranges of addresses and ports, in upstream's words (apimachinery: pkg/util/validation/ip.go).</summary>
internal static class NetworkChecks
{
    private const string NotAnAddress = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
    private const string NotARange = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

    extension(FieldErrors errors)
    {
        /// <summary>An IPv4 or IPv6 address.</summary>
        /// <returns>Is it one?</returns>
        public bool IpAddress(string value)
        {
            var problem = ParseIp(value) is { } address
                ? address.IsIPv4MappedToIPv6 ? "must not be an IPv4-mapped IPv6 address" : null
                : ParseIp(WithoutLeadingZeros(value)) is null ? NotAnAddress : "must not have leading 0s";
            if (problem is not null)
                errors.Invalid(value, problem);
            return problem is null;
        }

        /// <summary>A range of addresses: 10.9.8.0/24.</summary>
        /// <returns>Is it one?</returns>
        public bool IpRange(string value)
        {
            var problem = ParseRange(value) is { } range
                ? range.Address.IsIPv4MappedToIPv6 ? "must not have an IPv4-mapped IPv6 address"
                    : HasBitsBeyond(range.Address, range.Bits) ? "must not have bits set beyond the prefix length" : null
                : ParseRange(WithoutLeadingZeros(value)) is null ? NotARange : "must not have leading 0s in IP or prefix length";
            if (problem is not null)
                errors.Invalid(value, problem);
            return problem is null;
        }

        /// <summary>An address that others can reach: neither unspecified, nor loopback, nor link-local.</summary>
        public void EndpointIp(string value)
        {
            if (ParseIp(value) is not { } address)
            {
                errors.Invalid(value, "must be a valid IP address");
                return;
            }

            if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
                errors.Invalid(value, $"may not be unspecified ({value})");
            if (IPAddress.IsLoopback(address))
                errors.Invalid(value, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
            var bytes = address.GetAddressBytes();
            if (address.IsIPv6LinkLocal || (bytes.Length == 4 && bytes[0] == 169 && bytes[1] == 254))
                errors.Invalid(value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
            if (IsLinkLocalMulticast(bytes))
                errors.Invalid(value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }

        /// <summary>A port's number.</summary>
        public void PortNumber(long value) => errors.InRange(value, 1, 65535);

        /// <summary>A port by number or name.</summary>
        public void PortNumberOrName(IntOrString value)
        {
            if (value.IsString)
                errors.Complain(value.Text, PortName(value.Text));
            else
                errors.PortNumber(value.Number);
        }
    }

    /// <summary>The address in a text, as strict as upstream; null when it is none.</summary>
    internal static IPAddress? ParseIp(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
            return !text.AsSpan().ContainsAny('%', '[') && IPAddress.TryParse(text, out var sixth) ? sixth : null;
        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(IsByte) ? IPAddress.Parse(text) : null;
    }

    /// <summary>The range in a text, with the address as it was written; null when it is none.</summary>
    internal static (IPAddress Address, int Bits)? ParseRange(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || ParseIp(text[..slash]) is not { } address)
            return null;
        var length = text[(slash + 1)..];
        if (length.Length is 0 or > 3 || !length.All(char.IsAsciiDigit) || (length.Length > 1 && length[0] == '0'))
            return null;
        var bits = int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
        return bits <= address.GetAddressBytes().Length * 8 ? (address, bits) : null;
    }

    /// <summary>Is it an IPv6 address?</summary>
    internal static bool IsIpv6(string text) => text.Contains(':', StringComparison.Ordinal);

    /// <summary>What is wrong with a port's name (apimachinery: IsValidPortName).</summary>
    internal static IEnumerable<string> PortName(string name)
    {
        if (name.Length > 15)
            yield return Names.MaxCharacters(15);
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            yield return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
        if (!name.Any(char.IsAsciiLetterLower))
            yield return "must contain at least one letter (a-z)";
        if (name.Contains("--", StringComparison.Ordinal))
            yield return "must not contain consecutive hyphens";
        if (name.StartsWith('-') || name.EndsWith('-'))
            yield return "must not begin or end with a hyphen";
    }

    // Older parsers took 010.0.0.1 for 10.0.0.1: it is told from what is no address at all.
    private static string WithoutLeadingZeros(string text) => text.Contains(':', StringComparison.Ordinal) && !text.Contains('/', StringComparison.Ordinal)
        ? text
        : string.Join('/', text.Split('/').Select(part => part.Contains(':', StringComparison.Ordinal) ? part : string.Join('.', part.Split('.').Select(WithoutZeros))));

    private static string WithoutZeros(string number) => number.Length > 1 && number.All(char.IsAsciiDigit) ? number.TrimStart('0').PadLeft(1, '0') : number;

    private static bool HasBitsBeyond(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++)
        {
            if ((bytes[i] & ~(0xff << Math.Clamp(8 - (bits - (i * 8)), 0, 8))) != 0)
                return true;
        }

        return false;
    }

    private static bool IsByte(string part) =>
        part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0') && int.Parse(part, System.Globalization.CultureInfo.InvariantCulture) <= 255;

    private static bool IsLinkLocalMulticast(byte[] bytes) => bytes.Length == 4
        ? bytes[0] == 224 && bytes[1] == 0 && bytes[2] == 0
        : bytes[0] == 0xff && (bytes[1] & 0x0f) == 2;
}
