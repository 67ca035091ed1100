using System.Text.Json;
using System.Threading.Channels;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.RemoteCommand;

/// <summary>A terminal's size in characters, as <c>{"Width":80,"Height":24}</c> on the resize channel.</summary>
public readonly record struct TerminalSize(ushort Width, ushort Height)
{
    internal byte[] ToJson() => System.Text.Encoding.ASCII.GetBytes($"{{\"Width\":{Width},\"Height\":{Height}}}\n");

    /// <summary>Field names are matched without regard to case, as Go does.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> json, out TerminalSize size)
    {
        ushort width = 0, height = 0;
        size = default;
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (name.Equals("Width", StringComparison.OrdinalIgnoreCase))
                    width = reader.GetUInt16();
                else if (name.Equals("Height", StringComparison.OrdinalIgnoreCase))
                    height = reader.GetUInt16();
                else
                    reader.Skip();
            }
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
        size = new TerminalSize(width, height);
        return true;
    }
}

/// <summary>
/// Turns messages into sizes. Of a burst only the newest count, so a slow reader holds nothing back; something that is no size
/// ends the resizing but not the command, as in kubelet.
/// </summary>
internal sealed class IncomingResizes : IncomingChannel
{
    private const int MessageBytesMax = 1024;

    private readonly Channel<TerminalSize> _sizes = Channel.CreateBounded<TerminalSize>(
        new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true });
    private readonly byte[] _message = new byte[MessageBytesMax];
    private int _length;

    public ChannelReader<TerminalSize> Sizes => _sizes.Reader;

    public override ValueTask TakeAsync(ReadOnlyMemory<byte> part, bool endOfMessage, CancellationToken cancel)
    {
        if (_length + part.Length > MessageBytesMax)
        {
            Complete(error: null);
            return ValueTask.CompletedTask;
        }
        part.CopyTo(_message.AsMemory(_length));
        _length += part.Length;
        if (!endOfMessage)
            return ValueTask.CompletedTask;

        if (_length > 0 && TerminalSize.TryParse(_message.AsSpan(0, _length), out var size))
            _sizes.Writer.TryWrite(size);
        else if (_length > 0)
            Complete(error: null);
        _length = 0;
        return ValueTask.CompletedTask;
    }

    public override void Complete(Exception? error) => _sizes.Writer.TryComplete();
}
