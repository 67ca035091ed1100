using ControlPlane.Machinery.Meta;

namespace ControlPlane.Machinery.Serialization;

/// <summary>
/// Upstream's wrapper around every protobuf object that is stored or sent: the bytes <c>k8s\0</c>, then a message
/// {1: {1: apiVersion, 2: kind}, 2: the object, 3: content encoding, 4: content type}, the last two written empty.
/// </summary>
public static class Envelope
{
    /// <summary>What every wrapped object begins with.</summary>
    public static ReadOnlySpan<byte> Prefix => "k8s\0"u8;

    /// <summary>Is it wrapped?</summary>
    public static bool IsEnvelope(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Prefix);

    /// <summary>Wraps what says of itself what it is.</summary>
    public static byte[] Write(IRuntimeObject value)
    {
        var writer = Protobuf.Rent();
        Write(writer, value);
        return Protobuf.Return(writer);
    }

    /// <summary>Writes it in front of what the writer holds.</summary>
    public static void Write(ProtobufWriter writer, IRuntimeObject value)
    {
        WriteEnd(writer);
        var before = writer.Length;
        value.WriteProtobuf(writer);
        writer.LengthSince(before);
        WriteStart(writer, value.GroupVersionKind);
    }

    /// <summary>Wraps a message that is encoded already.</summary>
    public static byte[] Write(GroupVersionKind kind, ReadOnlySpan<byte> message)
    {
        var writer = Protobuf.Rent();
        WriteEnd(writer);
        writer.Bytes(message);
        WriteStart(writer, kind);
        return Protobuf.Return(writer);
    }

    /// <summary>Takes the wrapper off.</summary>
    /// <param name="bytes">With the prefix.</param>
    /// <param name="kind">What the object says it is.</param>
    /// <returns>The object's message.</returns>
    /// <exception cref="DecodeException">There is no such wrapper.</exception>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> bytes, out GroupVersionKind kind)
    {
        if (!IsEnvelope(bytes))
            throw new DecodeException("provided data does not appear to be a protobuf message, expected prefix k8s\\0");
        var reader = new ProtobufReader(bytes[Prefix.Length..]);
        var (apiVersion, name) = ("", "");
        var message = default(ReadOnlySpan<byte>);
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                (apiVersion, name) = ReadType(ref reader);
            else if (tag == 18)
                message = reader.Bytes();
            else
                reader.Skip(tag);
        }
        if (!GroupVersion.TryParse(apiVersion, out var version))
            throw new DecodeException($"unexpected GroupVersion string: {apiVersion}");
        kind = version.WithKind(name);
        return message;
    }

    /// <summary>Takes the wrapper off, whatever is in it.</summary>
    /// <exception cref="DecodeException">There is no such wrapper.</exception>
    public static ReadOnlySpan<byte> Message(ReadOnlySpan<byte> bytes)
    {
        if (!IsEnvelope(bytes))
            throw new DecodeException("provided data does not appear to be a protobuf message, expected prefix k8s\\0");
        var reader = new ProtobufReader(bytes[Prefix.Length..]);
        while (reader.NextField(out var tag))
        {
            if (tag == 18)
                return reader.Bytes();
            reader.Skip(tag);
        }

        return default;
    }

    private static (string ApiVersion, string Kind) ReadType(ref ProtobufReader reader)
    {
        var (apiVersion, kind) = ("", "");
        var outer = reader.Enter();
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                apiVersion = StringCodec.ReadProtobuf(ref reader);
            else if (tag == 18)
                kind = StringCodec.ReadProtobuf(ref reader);
            else
                reader.Skip(tag);
        }
        reader.Leave(outer);
        return (apiVersion, kind);
    }

    private static void WriteEnd(ProtobufWriter writer)
    {
        writer.String("");
        writer.Tag(34);
        writer.String("");
        writer.Tag(26);
    }

    private static void WriteStart(ProtobufWriter writer, GroupVersionKind kind)
    {
        writer.Tag(18);
        var before = writer.Length;
        writer.String(kind.Kind);
        writer.Tag(18);
        writer.String(kind.ApiVersion);
        writer.Tag(10);
        writer.LengthSince(before);
        writer.Tag(10);
        writer.Raw(Prefix);
    }
}
