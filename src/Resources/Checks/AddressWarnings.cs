namespace ControlPlane.Resources.Checks;

/// <summary>Addresses that are right, and written in an unusual way (apimachinery: pkg/util/validation, GetWarningsForIP).</summary>
internal static class AddressWarnings
{
    /// <summary>What is to be said of an address; null for nothing.</summary>
    /// <param name="path">Where it stands.</param>
    internal static string? OfAddress(string text, string path)
    {
        if (NetworkChecks.ParseIp(text) is not { } address)
            return null;
        if (address.IsIPv4MappedToIPv6)
            return $"{path}: non-standard IP address \"{text}\" will be considered invalid in a future Kubernetes release: use \"{address.MapToIPv4()}\"";
        return NetworkChecks.IsIpv6(text) && address.ToString() != text
            ? $"{path}: IPv6 address \"{text}\" should be in RFC 5952 canonical format (\"{address}\")"
            : null;
    }
}
