using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Machinery.Definitions;

/// <summary>A version whose objects are records: the codecs are the generated ones.</summary>
internal abstract class TypedVersion<T> : ServedVersion
    where T : class, IApiObject<T>
{
    public sealed override GroupVersionKind Kind => T.Kind;

    public sealed override TypeDescriptor Schema => T.Descriptor;

    public sealed override bool HasProtobuf => true;

    public sealed override IApiObject ReadJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics) => Json.Decode<T>(json, diagnostics);

    public sealed override IApiObject ReadProtobuf(ReadOnlySpan<byte> message) => Protobuf.Decode<T>(message);

    public sealed override byte[] WriteJson(IApiObject value) => Json.Encode((T)value);

    public sealed override byte[] WriteProtobuf(IApiObject value) => Envelope.Write(value);
}

/// <summary>The version that the server works in, stores and sends as it is.</summary>
/// <param name="deprecation">The warning that requests in it are answered with; null for none.</param>
internal sealed class HubVersion<T>(Func<string?> deprecation) : TypedVersion<T>
    where T : class, IApiObject<T>
{
    public override bool IsHub => true;

    public override string? Deprecation => deprecation();

    // The definition itself defaults hub objects, whatever version they came in.
    public override IApiObject Default(IApiObject value) => value;

    public override IApiObject ToHub(IApiObject value) => value;

    public override IApiObject FromHub(IApiObject hub) => hub;
}

/// <summary>Another version of the same resource, made from the hub's objects when it is asked for.</summary>
internal sealed class ConvertedVersion<T>(Func<IApiObject, IApiObject> toHub, Func<IApiObject, IApiObject> fromHub, Func<T, T>? defaults) : TypedVersion<T>
    where T : class, IApiObject<T>
{
    public override bool IsHub => false;

    public override IApiObject Default(IApiObject value) => defaults is null ? value : defaults((T)value);

    public override IApiObject ToHub(IApiObject value) => toHub(value);

    public override IApiObject FromHub(IApiObject hub) => fromHub(hub);
}
