using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Types.ApiExtensions;

/// <summary>A schema, or the names of properties. In JSON the bare value; in protobuf {1: schema, 2: repeated}.</summary>
public sealed record JSONSchemaPropsOrStringArray : IMessage<JSONSchemaPropsOrStringArray>
{
    /// <summary>The schema, where it is one.</summary>
    public JSONSchemaProps? Schema { get; init; }

    /// <summary>The names, where there is no schema.</summary>
    public ValueList<string> Property { get; init; }

    /// <summary>No schema and no items.</summary>
    public static JSONSchemaPropsOrStringArray Empty { get; } = new();

    /// <inheritdoc/>
    public static TypeDescriptor Descriptor { get; } = SchemaValue.Describe(nameof(JSONSchemaPropsOrStringArray));

    TypeDescriptor IMessage.TypeDescriptor => Descriptor;

    /// <inheritdoc/>
    public static JSONSchemaPropsOrStringArray ReadJson(ref JsonDecoder json)
    {
        if (json.IsNull)
            return Empty;
        return json.IsArray
            ? new() { Property = ListCodec<string, StringCodec>.ReadJson(ref json) }
            : new() { Schema = json.Leniently(JSONSchemaProps.ReadJson) };
    }

    /// <inheritdoc/>
    public void WriteJson(JsonOutput json)
    {
        if (!Property.IsEmpty || Schema is null)
            ListCodec<string, StringCodec>.WriteJson(json, Property);
        else
            Schema.WriteJson(json);
    }

    /// <inheritdoc/>
    public static JSONSchemaPropsOrStringArray ReadProtobuf(ref ProtobufReader reader)
    {
        JSONSchemaProps? schema = null;
        ValueList<string> items = default;
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                schema = MessageCodec<JSONSchemaProps>.ReadProtobuf(ref reader);
            else if (tag == 18)
                items = ListCodec<string, StringCodec>.ReadRepeated(ref reader, tag, items);
            else
                reader.Skip(tag);
        }
        return new() { Schema = schema, Property = items };
    }

    /// <inheritdoc/>
    public void WriteProtobuf(ProtobufWriter writer)
    {
        ListCodec<string, StringCodec>.WriteRepeated(writer, 18, Property);
        if (Schema is null)
            return;
        MessageCodec<JSONSchemaProps>.WriteProtobuf(writer, Schema);
        writer.Tag(10);
    }
}
