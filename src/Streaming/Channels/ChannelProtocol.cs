namespace ControlPlane.Streaming.Channels;

/// <summary>
/// A WebSocket subprotocol in which every message belongs to a numbered channel: its first byte (or, in the base64 forms, its
/// first character) is the number. Names and abilities are those of kubelet's and kube-apiserver's <c>wsstream</c>.
/// </summary>
public sealed class ChannelProtocol
{
    private ChannelProtocol(string name, bool isBase64 = false, bool statusIsJson = true, bool canClose = false)
    {
        Name = name;
        IsBase64 = isBase64;
        StatusIsJson = statusIsJson;
        CanClose = canClose;
    }

    /// <summary>Binary, the final status as JSON, and a channel can be closed by one side while the others go on.</summary>
    public static ChannelProtocol V5 { get; } = new("v5.channel.k8s.io", canClose: true);

    /// <summary>Binary, the final status as JSON.</summary>
    public static ChannelProtocol V4 { get; } = new("v4.channel.k8s.io");

    /// <summary>As <see cref="V4"/>, in text messages of base64.</summary>
    public static ChannelProtocol V4Base64 { get; } = new("v4.base64.channel.k8s.io", isBase64: true);

    /// <summary>Binary, a failure as plain text, success as silence.</summary>
    public static ChannelProtocol Legacy { get; } = new("channel.k8s.io", statusIsJson: false);

    /// <summary>As <see cref="Legacy"/>, in text messages of base64.</summary>
    public static ChannelProtocol LegacyBase64 { get; } = new("base64.channel.k8s.io", isBase64: true, statusIsJson: false);

    /// <summary>What a client without any subprotocol gets.</summary>
    public static ChannelProtocol Unnamed { get; } = new("", statusIsJson: false);

    /// <summary>What exec and attach are served over.</summary>
    public static IReadOnlyList<ChannelProtocol> ForCommands { get; } = [V5, V4, V4Base64, Legacy, LegacyBase64, Unnamed];

    /// <summary>What port-forward is served over, besides tunnelled SPDY.</summary>
    public static IReadOnlyList<ChannelProtocol> ForPorts { get; } = [V4, V4Base64, Unnamed];

    /// <summary>The subprotocol's name as in <c>Sec-WebSocket-Protocol</c>; empty for <see cref="Unnamed"/>.</summary>
    public string Name { get; }

    /// <summary>Messages are text: a digit for the channel, then base64.</summary>
    public bool IsBase64 { get; }

    /// <summary>The error channel ends with a <c>metav1.Status</c>, whether the command failed or not.</summary>
    public bool StatusIsJson { get; }

    /// <summary>The message <c>255, n</c> closes channel n.</summary>
    public bool CanClose { get; }

    /// <summary>The first of the client's wishes that is served; null when it has wishes and none is served (upstream answers 403).</summary>
    public static ChannelProtocol? Negotiate(IReadOnlyList<string> requested, IReadOnlyList<ChannelProtocol> served)
    {
        if (requested.Count == 0)
            return served.FirstOrDefault(protocol => protocol.Name.Length == 0);
        foreach (var name in requested)
        {
            if (name.Length > 0 && served.FirstOrDefault(protocol => protocol.Name == name) is { } chosen)
                return chosen;
        }
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
