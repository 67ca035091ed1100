namespace ControlPlane.Machinery.Serialization;

/// <summary>Messages to protobuf and back, without the envelope (<see cref="Envelope"/>).</summary>
public static class Protobuf
{
    // Larger buffers are given back to the garbage collector rather than kept by the thread.
    private const int MaxKeptBuffer = 1 << 20;

    [ThreadStatic]
    private static ProtobufWriter? _writer;

    /// <summary>Reads one message, which is all of the bytes.</summary>
    /// <exception cref="DecodeException">It is not such a message.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> bytes)
        where T : class, IMessage<T>
    {
        var reader = new ProtobufReader(bytes);
        return T.ReadProtobuf(ref reader);
    }

    /// <summary>The message's bytes.</summary>
    public static byte[] Encode(IMessage value)
    {
        var writer = Rent();
        value.WriteProtobuf(writer);
        return Return(writer);
    }

    internal static ProtobufWriter Rent()
    {
        var writer = _writer ?? new ProtobufWriter(16 * 1024);
        _writer = null;
        return writer;
    }

    internal static byte[] Return(ProtobufWriter writer)
    {
        var bytes = writer.ToArray();
        writer.Clear();
        _writer = bytes.Length <= MaxKeptBuffer ? writer : null;
        return bytes;
    }
}
