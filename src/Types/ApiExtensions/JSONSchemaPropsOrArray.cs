using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Types.ApiExtensions;

/// <summary>A schema for all items, or one for each. In JSON the bare value; in protobuf {1: schema, 2: repeated}.</summary>
public sealed record JSONSchemaPropsOrArray : IMessage<JSONSchemaPropsOrArray>
{
    /// <summary>The schema, where it is one.</summary>
    public JSONSchemaProps? Schema { get; init; }

    /// <summary>The schemas, where there is no schema.</summary>
    public ValueList<JSONSchemaProps> JSONSchemas { get; init; }

    /// <summary>No schema and no items.</summary>
    public static JSONSchemaPropsOrArray Empty { get; } = new();

    /// <inheritdoc/>
    public static TypeDescriptor Descriptor { get; } = SchemaValue.Describe(nameof(JSONSchemaPropsOrArray));

    TypeDescriptor IMessage.TypeDescriptor => Descriptor;

    /// <inheritdoc/>
    public static JSONSchemaPropsOrArray ReadJson(ref JsonDecoder json)
    {
        if (json.IsNull)
            return Empty;
        return json.IsArray
            ? new() { JSONSchemas = json.Leniently(ListCodec<JSONSchemaProps, MessageCodec<JSONSchemaProps>>.ReadJson) }
            : new() { Schema = json.Leniently(JSONSchemaProps.ReadJson) };
    }

    /// <inheritdoc/>
    public void WriteJson(JsonOutput json)
    {
        if (!JSONSchemas.IsEmpty || Schema is null)
            ListCodec<JSONSchemaProps, MessageCodec<JSONSchemaProps>>.WriteJson(json, JSONSchemas);
        else
            Schema.WriteJson(json);
    }

    /// <inheritdoc/>
    public static JSONSchemaPropsOrArray ReadProtobuf(ref ProtobufReader reader)
    {
        JSONSchemaProps? schema = null;
        ValueList<JSONSchemaProps> items = default;
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                schema = MessageCodec<JSONSchemaProps>.ReadProtobuf(ref reader);
            else if (tag == 18)
                items = ListCodec<JSONSchemaProps, MessageCodec<JSONSchemaProps>>.ReadRepeated(ref reader, tag, items);
            else
                reader.Skip(tag);
        }
        return new() { Schema = schema, JSONSchemas = items };
    }

    /// <inheritdoc/>
    public void WriteProtobuf(ProtobufWriter writer)
    {
        ListCodec<JSONSchemaProps, MessageCodec<JSONSchemaProps>>.WriteRepeated(writer, 18, JSONSchemas);
        if (Schema is null)
            return;
        MessageCodec<JSONSchemaProps>.WriteProtobuf(writer, Schema);
        writer.Tag(10);
    }
}
