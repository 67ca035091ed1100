using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Types.ApiExtensions;

/// <summary>A schema, or whether anything is allowed. In JSON the bare value; in protobuf {1: allows, 2: schema}.</summary>
public sealed record JSONSchemaPropsOrBool : IMessage<JSONSchemaPropsOrBool>
{
    /// <summary>Is anything allowed? True where there is a schema.</summary>
    public bool Allows { get; init; }

    /// <summary>What is allowed.</summary>
    public JSONSchemaProps? Schema { get; init; }

    /// <summary>Nothing is allowed.</summary>
    public static JSONSchemaPropsOrBool Empty { get; } = new();

    /// <inheritdoc/>
    public static TypeDescriptor Descriptor { get; } = SchemaValue.Describe(nameof(JSONSchemaPropsOrBool));

    TypeDescriptor IMessage.TypeDescriptor => Descriptor;

    /// <inheritdoc/>
    public static JSONSchemaPropsOrBool ReadJson(ref JsonDecoder json)
    {
        if (json.IsNull)
            return Empty;
        return json.IsBoolean
            ? new() { Allows = BooleanCodec.ReadJson(ref json) }
            : new() { Allows = true, Schema = json.Leniently(JSONSchemaProps.ReadJson) };
    }

    /// <inheritdoc/>
    public void WriteJson(JsonOutput json)
    {
        if (Schema is null)
            json.Boolean(Allows);
        else
            Schema.WriteJson(json);
    }

    /// <inheritdoc/>
    public static JSONSchemaPropsOrBool ReadProtobuf(ref ProtobufReader reader)
    {
        var allows = false;
        JSONSchemaProps? schema = null;
        while (reader.NextField(out var tag))
        {
            if (tag == 8)
                allows = BooleanCodec.ReadProtobuf(ref reader);
            else if (tag == 18)
                schema = MessageCodec<JSONSchemaProps>.ReadProtobuf(ref reader);
            else
                reader.Skip(tag);
        }
        return new() { Allows = allows, Schema = schema };
    }

    /// <inheritdoc/>
    public void WriteProtobuf(ProtobufWriter writer)
    {
        if (Schema is not null)
        {
            MessageCodec<JSONSchemaProps>.WriteProtobuf(writer, Schema);
            writer.Tag(18);
        }
        BooleanCodec.WriteProtobuf(writer, Allows);
        writer.Tag(8);
    }
}
