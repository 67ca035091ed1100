using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Types;

/// <summary>A kind and its codecs, for those who learn only at run time which kind they have before them.</summary>
public abstract class BuiltInType
{
    /// <summary>What its values are.</summary>
    public abstract GroupVersionKind Kind { get; }

    /// <summary>The shape of its values.</summary>
    public abstract TypeDescriptor Descriptor { get; }

    /// <summary>The value without any field set.</summary>
    public abstract IRuntimeObject Empty { get; }

    /// <summary>Reads a document.</summary>
    /// <exception cref="DecodeException">It is not such a value.</exception>
    public abstract IRuntimeObject DecodeJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics = null);

    /// <summary>Reads a message without its envelope.</summary>
    /// <exception cref="DecodeException">It is not such a message.</exception>
    public abstract IRuntimeObject DecodeProtobuf(ReadOnlySpan<byte> message);
}

/// <summary>A kind whose type is known.</summary>
public sealed class BuiltInType<T> : BuiltInType
    where T : class, IRuntimeObject<T>
{
    private BuiltInType()
    {
    }

    /// <summary>The only one.</summary>
    public static BuiltInType<T> Instance { get; } = new();

    /// <inheritdoc/>
    public override GroupVersionKind Kind => T.Kind;

    /// <inheritdoc/>
    public override TypeDescriptor Descriptor => T.Descriptor;

    /// <inheritdoc/>
    public override T Empty => Protobuf.Decode<T>([]);

    /// <inheritdoc/>
    public override T DecodeJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics = null) => Json.Decode<T>(json, diagnostics);

    /// <inheritdoc/>
    public override T DecodeProtobuf(ReadOnlySpan<byte> message) => Protobuf.Decode<T>(message);
}
