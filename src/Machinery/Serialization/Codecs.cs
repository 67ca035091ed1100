using System.Text;
using System.Text.Json;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Serialization;

/// <summary>How one type of value is written in both wire forms. Codecs are empty structs, so that the generated code is bound to them at compile time.</summary>
public interface ICodec<T>
{
    /// <summary>Protobuf's wire type: 0 (varint), 1 (eight bytes) or 2 (with length).</summary>
    static abstract uint WireType { get; }

    /// <summary>Reads the value that the decoder stands on; null reads as the type's default.</summary>
    static abstract T ReadJson(ref JsonDecoder json);

    /// <summary>Writes the value.</summary>
    static abstract void WriteJson(JsonOutput json, T value);

    /// <summary>Reads the value behind a tag.</summary>
    static abstract T ReadProtobuf(ref ProtobufReader reader);

    /// <summary>Writes the value, with its length where the wire type has one, without its tag.</summary>
    static abstract void WriteProtobuf(ProtobufWriter writer, T value);
}

/// <summary>Texts.</summary>
public readonly struct StringCodec : ICodec<string>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static string ReadJson(ref JsonDecoder json) => json.ReadString();

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, string value) => json.String(value);

    /// <inheritdoc/>
    public static string ReadProtobuf(ref ProtobufReader reader) => StringPool.Get(reader.Bytes());

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, string value) => writer.String(value);
}

/// <summary>Integers of 32 bits.</summary>
public readonly struct Int32Codec : ICodec<int>
{
    /// <inheritdoc/>
    public static uint WireType => 0;

    /// <inheritdoc/>
    public static int ReadJson(ref JsonDecoder json) => json.ReadInt32();

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, int value) => json.Integer(value);

    /// <inheritdoc/>
    public static int ReadProtobuf(ref ProtobufReader reader) => (int)reader.Varint();

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, int value) => writer.Varint((ulong)value);
}

/// <summary>Integers of 64 bits.</summary>
public readonly struct Int64Codec : ICodec<long>
{
    /// <inheritdoc/>
    public static uint WireType => 0;

    /// <inheritdoc/>
    public static long ReadJson(ref JsonDecoder json) => json.ReadInt64();

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, long value) => json.Integer(value);

    /// <inheritdoc/>
    public static long ReadProtobuf(ref ProtobufReader reader) => (long)reader.Varint();

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, long value) => writer.Varint((ulong)value);
}

/// <summary>Truths.</summary>
public readonly struct BooleanCodec : ICodec<bool>
{
    /// <inheritdoc/>
    public static uint WireType => 0;

    /// <inheritdoc/>
    public static bool ReadJson(ref JsonDecoder json) => json.ReadBoolean();

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, bool value) => json.Boolean(value);

    /// <inheritdoc/>
    public static bool ReadProtobuf(ref ProtobufReader reader) => reader.Varint() != 0;

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, bool value) => writer.Varint(value ? 1UL : 0);
}

/// <summary>Floating point numbers.</summary>
public readonly struct DoubleCodec : ICodec<double>
{
    /// <inheritdoc/>
    public static uint WireType => 1;

    /// <inheritdoc/>
    public static double ReadJson(ref JsonDecoder json) => json.ReadDouble();

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, double value) => json.Number(value);

    /// <inheritdoc/>
    public static double ReadProtobuf(ref ProtobufReader reader) => BitConverter.UInt64BitsToDouble(reader.Fixed64());

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, double value) => writer.Fixed64(BitConverter.DoubleToUInt64Bits(value));
}

/// <summary>Bytes, in JSON as base64.</summary>
public readonly struct BytesCodec : ICodec<ByteString>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static ByteString ReadJson(ref JsonDecoder json)
    {
        if (json.IsNull)
            return default;
        if (json.TokenType != System.Text.Json.JsonTokenType.String)
            throw json.Mismatch("[]uint8");
        try
        {
            return new(Convert.FromBase64String(json.ReadString()));
        }
        catch (FormatException)
        {
            throw json.Wrong("illegal base64 data");
        }
    }

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, ByteString value)
    {
        if (value.IsNil)
            json.Null();
        else
            json.Base64(value.Span);
    }

    /// <inheritdoc/>
    public static ByteString ReadProtobuf(ref ProtobufReader reader) => ByteString.CopyFrom(reader.Bytes());

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, ByteString value) => writer.Bytes(value.Span);
}

/// <summary>Numbers or texts. In protobuf {1: type (0 number, 1 text), 2: number, 3: text}.</summary>
public readonly struct IntOrStringCodec : ICodec<IntOrString>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static IntOrString ReadJson(ref JsonDecoder json)
    {
        if (json.TokenType == System.Text.Json.JsonTokenType.String)
            return new(json.ReadString());
        return new(json.ReadInt32());
    }

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, IntOrString value)
    {
        if (value.IsString)
            json.String(value.Text);
        else
            json.Integer(value.Number);
    }

    /// <inheritdoc/>
    public static IntOrString ReadProtobuf(ref ProtobufReader reader)
    {
        ulong type = 0;
        var number = 0;
        var text = "";
        var outer = reader.Enter();
        while (reader.NextField(out var tag))
        {
            switch (tag)
            {
                case 8:
                    type = reader.Varint();
                    break;
                case 16:
                    number = Int32Codec.ReadProtobuf(ref reader);
                    break;
                case 26:
                    text = StringCodec.ReadProtobuf(ref reader);
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }
        reader.Leave(outer);
        return type == 0 ? new(number) : new(text);
    }

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, IntOrString value)
    {
        var before = writer.Length;
        writer.String(value.Text);
        writer.Tag(26);
        Int32Codec.WriteProtobuf(writer, value.Number);
        writer.Tag(16);
        writer.Varint(value.IsString ? 1UL : 0);
        writer.Tag(8);
        writer.LengthSince(before);
    }
}

/// <summary>Quantities. In JSON a text or a number, in protobuf {1: text}.</summary>
public readonly struct QuantityCodec : ICodec<Quantity>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static Quantity ReadJson(ref JsonDecoder json)
    {
        if (json.IsNull)
            return default;
        var text = json.ReadScalarText("resource.Quantity");
        return Quantity.TryParse(text, out var value) ? value : throw json.Wrong(Quantity.Complaint(text));
    }

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, Quantity value)
    {
        Span<byte> text = stackalloc byte[Quantity.MaxTextLength];
        json.Raw("\""u8);
        json.Raw(text[..value.Format(text)]);
        json.Raw("\""u8);
    }

    /// <inheritdoc/>
    public static Quantity ReadProtobuf(ref ProtobufReader reader)
    {
        Quantity value = default;
        var outer = reader.Enter();
        while (reader.NextField(out var tag))
        {
            if (tag != 10)
                reader.Skip(tag);
            else if (reader.Bytes() is { Length: > 0 } text && !Quantity.TryParse(text, out value))
                throw reader.Malformed(Quantity.Complaint(text));
        }
        reader.Leave(outer);
        return value;
    }

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, Quantity value)
    {
        Span<byte> text = stackalloc byte[Quantity.MaxTextLength];
        var before = writer.Length;
        writer.Bytes(text[..value.Format(text)]);
        writer.Tag(10);
        writer.LengthSince(before);
    }
}

/// <summary>Any JSON. In protobuf {1: the text}.</summary>
public readonly struct RawJsonCodec : ICodec<RawJson>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static RawJson ReadJson(ref JsonDecoder json) => json.IsNull ? default : new(json.ReadRaw());

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, RawJson value) => json.Raw(value.IsNil ? "null"u8 : value.Span);

    /// <inheritdoc/>
    public static RawJson ReadProtobuf(ref ProtobufReader reader) => new(ReadText(ref reader));

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, RawJson value) => WriteText(writer, value.IsNil, value.Span);

    internal static byte[]? ReadText(ref ProtobufReader reader)
    {
        byte[]? text = null;
        var outer = reader.Enter();
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                text = reader.Bytes() is { Length: > 0 } bytes ? Checked(bytes) : null;
            else
                reader.Skip(tag);
        }
        reader.Leave(outer);
        return text;
    }

    // It is written into other documents as it stands: what is no JSON would break them, or say things of the object around it.
    private static byte[] Checked(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text, JsonDecoder.ReaderOptions);
        try
        {
            while (json.Read())
            {
            }
        }
        catch (JsonException malformed)
        {
            throw new DecodeException($"proto: a field of JSON holds none: {malformed.Message}", malformed);
        }

        return JsonText.Compact(text);
    }

    internal static void WriteText(ProtobufWriter writer, bool isNil, ReadOnlySpan<byte> text)
    {
        var before = writer.Length;
        if (!isNil)
        {
            writer.Bytes(text);
            writer.Tag(10);
        }
        writer.LengthSince(before);
    }
}

/// <summary>Field sets. In protobuf {1: the JSON text}.</summary>
public readonly struct FieldsV1Codec : ICodec<FieldsV1>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static FieldsV1 ReadJson(ref JsonDecoder json) => json.IsNull ? default : new(json.ReadRaw());

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, FieldsV1 value) => json.Raw(value.IsNil ? "null"u8 : value.Span);

    /// <inheritdoc/>
    public static FieldsV1 ReadProtobuf(ref ProtobufReader reader) => new(RawJsonCodec.ReadText(ref reader));

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, FieldsV1 value) => RawJsonCodec.WriteText(writer, value.IsNil, value.Span);
}

/// <summary>Structs.</summary>
public readonly struct MessageCodec<T> : ICodec<T>
    where T : class, IMessage<T>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static T ReadJson(ref JsonDecoder json) => T.ReadJson(ref json);

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, T value) => value.WriteJson(json);

    /// <inheritdoc/>
    public static T ReadProtobuf(ref ProtobufReader reader)
    {
        var outer = reader.Enter();
        var value = T.ReadProtobuf(ref reader);
        reader.Leave(outer);
        return value;
    }

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, T value)
    {
        var before = writer.Length;
        value.WriteProtobuf(writer);
        writer.LengthSince(before);
    }
}

/// <summary>Objects inside of others that keep their kind and apiVersion in JSON (StatefulSet's volumeClaimTemplates). In protobuf those are never written.</summary>
public readonly struct DocumentCodec<T> : ICodec<T>
    where T : class, Meta.IRuntimeObject<T>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    /// <inheritdoc/>
    public static T ReadJson(ref JsonDecoder json) => T.ReadJson(ref json);

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, T value) => value.WriteDocument(json);

    /// <inheritdoc/>
    public static T ReadProtobuf(ref ProtobufReader reader) => MessageCodec<T>.ReadProtobuf(ref reader);

    /// <inheritdoc/>
    public static void WriteProtobuf(ProtobufWriter writer, T value) => MessageCodec<T>.WriteProtobuf(writer, value);
}
