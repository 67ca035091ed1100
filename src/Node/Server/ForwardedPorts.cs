using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace ControlPlane.Node.Server;

/// <summary>The ports that a port-forward over WebSocket channels names in its query (kubelet: portforward.NewV4Options).</summary>
internal static class ForwardedPorts
{
    /// <summary>Reads them: each value is a port, or several with commas between.</summary>
    /// <exception cref="RefusedException">400: there are none, too many, or one is no port.</exception>
    public static IReadOnlyList<ushort> Parse(StringValues values)
    {
        string[] all = [.. values.SelectMany(static value => (value ?? "").Split(','))];
        if (all.Length == 0)
            throw new RefusedException(400, "query parameter \"port\" is required");
        if (all.Length > Streaming.PortForward.PortForwardServer.PortsMax)
            throw new RefusedException(400, $"at most {Streaming.PortForward.PortForwardServer.PortsMax} ports can be forwarded at once");
        return [.. all.Select(Port)];
    }

    private static ushort Port(string text)
    {
        if (!ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new RefusedException(400, $"unable to parse \"{text}\" as a port: strconv.ParseUint: parsing \"{text}\": invalid syntax");
        return port > 0 ? port : throw new RefusedException(400, $"port \"{text}\" must be > 0");
    }
}
