using System.Buffers;
using System.Buffers.Text;
using System.Net.WebSockets;

namespace ControlPlane.Streaming.Channels;

/// <summary>How a channel's number and bytes stand in a message: as they are, or as a digit and base64.</summary>
internal static class ChannelCodec
{
    public static WebSocketMessageType TypeOf(ChannelProtocol protocol) =>
        protocol.IsBase64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;

    /// <summary>Room that a message of so many bytes needs.</summary>
    public static int EncodedLength(ChannelProtocol protocol, int length) =>
        1 + (protocol.IsBase64 ? Base64.GetMaxEncodedToUtf8Length(length) : length);

    public static int Encode(ChannelProtocol protocol, byte channel, ReadOnlySpan<byte> data, Span<byte> message)
    {
        if (!protocol.IsBase64)
        {
            message[0] = channel;
            data.CopyTo(message[1..]);
            return data.Length + 1;
        }
        message[0] = (byte)('0' + channel);
        Base64.EncodeToUtf8(data, message[1..], out _, out var written);
        return written + 1;
    }

    public static byte Channel(ChannelProtocol protocol, byte first) => protocol.IsBase64 ? (byte)(first - '0') : first;

    /// <summary>Decodes base64 in place.</summary>
    /// <returns>Bytes decoded, and bytes at the end that wait for the rest of their group of four.</returns>
    /// <exception cref="ChannelProtocolException">It is not base64.</exception>
    public static (int Decoded, int Left) DecodeInPlace(Span<byte> text, bool endOfMessage)
    {
        var whole = endOfMessage ? text.Length : text.Length & ~3;
        if (Base64.DecodeFromUtf8InPlace(text[..whole], out var written) != OperationStatus.Done)
            throw new ChannelProtocolException(WebSocketCloseStatus.InvalidPayloadData, "illegal base64 data");
        return (written, text.Length - whole);
    }
}

/// <summary>The peer broke the protocol; the connection is closed with the given code.</summary>
internal sealed class ChannelProtocolException(WebSocketCloseStatus status, string message) : IOException(message)
{
    public WebSocketCloseStatus Status { get; } = status;
}
