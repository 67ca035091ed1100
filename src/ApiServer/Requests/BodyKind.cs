using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Types;

namespace ControlPlane.ApiServer.Requests;

/// <summary>What a body is expected to be, and how it is read.</summary>
internal abstract class BodyKind
{
    /// <summary>Group, version, kind.</summary>
    public abstract GroupVersionKind Kind { get; }

    /// <summary>May it come as protobuf?</summary>
    public abstract bool HasProtobuf { get; }

    /// <summary>Must a body say what it is? Custom resources must; what built-in kinds leave out is what the path says.</summary>
    public virtual bool MustSayKind => false;

    /// <summary>Reads JSON.</summary>
    /// <exception cref="DecodeException">It is not such an object.</exception>
    public abstract IRuntimeObject ReadJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics);

    /// <summary>Reads a bare protobuf message.</summary>
    /// <exception cref="DecodeException">It is not such a message.</exception>
    public abstract IRuntimeObject ReadProtobuf(ReadOnlySpan<byte> message);

    /// <summary>An object of a served resource.</summary>
    public static BodyKind Of(ServedVersion version) => new Served(version);

    /// <summary>A kind that is known by its name: what subresources take (Scale, Eviction, TokenRequest, ...).</summary>
    /// <exception cref="InvalidOperationException">There is no such kind.</exception>
    public static BodyKind Of(GroupVersionKind kind) =>
        new BuiltIn(kind, BuiltInTypes.Find(kind) ?? throw new InvalidOperationException($"no kind {kind}"));

    /// <summary>DeleteOptions, which every group version knows as its own.</summary>
    public static BodyKind DeleteOptions(GroupVersion groupVersion) =>
        new BuiltIn(groupVersion.WithKind("DeleteOptions"), BuiltInType<DeleteOptions>.Instance);

    private sealed class Served(ServedVersion version) : BodyKind
    {
        public override GroupVersionKind Kind => version.Kind;

        public override bool HasProtobuf => version.HasProtobuf;

        public override bool MustSayKind => !version.HasProtobuf;

        public override IRuntimeObject ReadJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics) => version.ReadJson(json, diagnostics);

        public override IRuntimeObject ReadProtobuf(ReadOnlySpan<byte> message) => version.ReadProtobuf(message);
    }

    private sealed class BuiltIn(GroupVersionKind kind, BuiltInType type) : BodyKind
    {
        public override GroupVersionKind Kind => kind;

        public override bool HasProtobuf => true;

        public override IRuntimeObject ReadJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics) => type.DecodeJson(json, diagnostics);

        public override IRuntimeObject ReadProtobuf(ReadOnlySpan<byte> message) => type.DecodeProtobuf(message);
    }
}
