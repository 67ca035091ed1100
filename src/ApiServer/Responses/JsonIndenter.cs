using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.ApiServer.Responses;

/// <summary>JSON for people: two spaces a level (?pretty=true, curl, browsers).</summary>
internal static class JsonIndenter
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonDecoder.MaxNesting, SkipValidation = true };

    /// <summary>The same document, indented.</summary>
    public static byte[] Indent(ReadOnlySequence<byte> json)
    {
        var buffer = new ArrayBufferWriter<byte>((int)json.Length * 2);
        using var writer = new Utf8JsonWriter(buffer, Options);
        var reader = new Utf8JsonReader(json.ToArray(), new JsonReaderOptions { MaxDepth = JsonDecoder.MaxNesting });
        while (reader.Read())
            Copy(ref reader, writer);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: writer.WriteStartObject(); break;
            case JsonTokenType.EndObject: writer.WriteEndObject(); break;
            case JsonTokenType.StartArray: writer.WriteStartArray(); break;
            case JsonTokenType.EndArray: writer.WriteEndArray(); break;
            case JsonTokenType.PropertyName: writer.WritePropertyName(JsonText.Of(reader.ValueSpan)); break;
            case JsonTokenType.String: writer.WriteStringValue(JsonText.Of(reader.ValueSpan)); break;
            case JsonTokenType.Number: writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); break;
            case JsonTokenType.True: writer.WriteBooleanValue(true); break;
            case JsonTokenType.False: writer.WriteBooleanValue(false); break;
            default: writer.WriteNullValue(); break;
        }
    }
}
