using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>CustomResourceDefinitions as bytes of the store: JSON in the form of v1beta1, which no client can speak any more.</summary>
internal sealed class StoredDefinitionVersion : ServedVersion
{
    public override GroupVersionKind Kind { get; } = CustomResourceDefinition.Kind with { Version = "v1beta1" };

    public override TypeDescriptor Schema => CustomResourceDefinition.Descriptor;

    public override bool HasProtobuf => false;

    public override bool IsHub => false;

    public override IApiObject ReadJson(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics)
    {
        try
        {
            return Json.Decode<CustomResourceDefinition>(TreeWriter.ToBytes(StoredDefinitionForm.FromStored(TreeReader.ReadObject(json))), diagnostics);
        }
        catch (TreeFormatException malformed)
        {
            throw new DecodeException(malformed.Message, malformed);
        }
    }

    public override IApiObject ReadProtobuf(ReadOnlySpan<byte> message) => throw new DecodeException($"{Kind} is stored as JSON");

    public override byte[] WriteJson(IApiObject value) =>
        TreeWriter.ToBytes(StoredDefinitionForm.ToStored(TreeReader.ReadObject(Json.Encode((CustomResourceDefinition)value))));

    public override byte[] WriteProtobuf(IApiObject value) => throw new NotSupportedException($"{Kind} is stored as JSON");

    public override IApiObject Default(IApiObject value) => value;

    public override IApiObject ToHub(IApiObject value) => value;

    public override IApiObject FromHub(IApiObject hub) => hub;
}
