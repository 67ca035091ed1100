using System.Text;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Serialization;

/// <summary>Times with seconds. In protobuf {1: seconds, 2: nanoseconds}; the zero time is an empty message.</summary>
public readonly struct TimestampCodec : ICodec<Timestamp>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static Timestamp ReadJson(ref JsonDecoder json)
    {
        if (json.IsNull)
            return default;
        var text = TimeMessage.Text(ref json);
        return Timestamp.TryParse(text, out var time) ? time : throw TimeMessage.Wrong(ref json, text, "2006-01-02T15:04:05Z07:00");
    }

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, Timestamp value)
    {
        if (value.IsZero)
        {
            json.Null();
            return;
        }
        Span<byte> text = stackalloc byte[TimeText.MaxLength];
        json.Raw("\""u8);
        json.Raw(text[..value.Format(text)]);
        json.Raw("\""u8);
    }

    /// <inheritdoc/>
    public static Timestamp ReadProtobuf(ref ProtobufReader reader) =>
        TimeMessage.TryRead(ref reader, out var seconds, out _) ? Timestamp.FromUnixSeconds(seconds) : default;

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, Timestamp value) => TimeMessage.Write(writer, value.IsZero, value.UnixSeconds, 0);
}

/// <summary>Times with microseconds. In protobuf {1: seconds, 2: nanoseconds}; the zero time is an empty message.</summary>
public readonly struct MicroTimestampCodec : ICodec<MicroTimestamp>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static MicroTimestamp ReadJson(ref JsonDecoder json)
    {
        if (json.IsNull)
            return default;
        var text = TimeMessage.Text(ref json);
        return MicroTimestamp.TryParse(text, out var time) ? time : throw TimeMessage.Wrong(ref json, text, "2006-01-02T15:04:05.000000Z07:00");
    }

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, MicroTimestamp value)
    {
        if (value.IsZero)
        {
            json.Null();
            return;
        }
        Span<byte> text = stackalloc byte[TimeText.MaxLength];
        json.Raw("\""u8);
        json.Raw(text[..value.Format(text)]);
        json.Raw("\""u8);
    }

    /// <inheritdoc/>
    public static MicroTimestamp ReadProtobuf(ref ProtobufReader reader) =>
        TimeMessage.TryRead(ref reader, out var seconds, out var nanos) ? MicroTimestamp.FromUnix(seconds, nanos / 1000) : default;

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, MicroTimestamp value) =>
        TimeMessage.Write(writer, value.IsZero, value.UnixSeconds, value.Microseconds * 1000);
}

/// <summary>What both kinds of time share.</summary>
internal static class TimeMessage
{
    public static ReadOnlySpan<byte> Text(ref JsonDecoder json) =>
        json.TokenType == System.Text.Json.JsonTokenType.String ? json.ReadScalarText("Time") : throw json.Mismatch("Time");

    public static DecodeException Wrong(ref JsonDecoder json, scoped ReadOnlySpan<byte> text, string layout)
    {
        var shown = Encoding.UTF8.GetString(text);
        return json.Wrong($"parsing time \"{shown}\" as \"{layout}\": cannot parse \"{shown}\"");
    }

    /// <summary>False for an empty message.</summary>
    public static bool TryRead(ref ProtobufReader reader, out long seconds, out int nanos)
    {
        (seconds, nanos) = (0, 0);
        var outer = reader.Enter();
        var isEmpty = reader.AtEnd;
        while (reader.NextField(out var tag))
        {
            if (tag == 8)
                seconds = (long)reader.Varint();
            else if (tag == 16)
                nanos = (int)reader.Varint();
            else
                reader.Skip(tag);
        }
        if (seconds < -Timestamp.UnixEpochSeconds || seconds > Timestamp.LastSecond - Timestamp.UnixEpochSeconds || nanos is < 0 or > 999_999_999)
            throw reader.Malformed("time out of range");
        reader.Leave(outer);
        return !isEmpty;
    }

    public static void Write(ProtobufWriter writer, bool isZero, long seconds, int nanos)
    {
        if (isZero)
        {
            writer.Varint(0);
            return;
        }
        var before = writer.Length;
        writer.Varint((ulong)nanos);
        writer.Tag(16);
        writer.Varint((ulong)seconds);
        writer.Tag(8);
        writer.LengthSince(before);
    }
}
