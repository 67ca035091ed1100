using System.Text.Json;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.ApiServer.Requests;

/// <summary>Finds out what a JSON document says it is; looks no further than needed.</summary>
internal static class TypeMetaReader
{
    /// <summary>Kind and apiVersion; empty where they are missing.</summary>
    /// <exception cref="DecodeException">It is no JSON object, or they are no strings.</exception>
    public static GroupVersionKind Read(ReadOnlySpan<byte> json)
    {
        string? kind = null, apiVersion = null;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonDecoder.MaxNesting });
            if (!reader.Read())
                throw new DecodeException("unexpected end of JSON input");
            if (reader.TokenType != JsonTokenType.StartObject)
                throw new DecodeException($"json: cannot unmarshal {Named(reader.TokenType)} into Go value of type struct {{ APIVersion string; Kind string }}");
            while ((kind is null || apiVersion is null) && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = JsonText.Of(reader.ValueSpan);
                if (name == "kind")
                    kind = Text(ref reader, name);
                else if (name == "apiVersion")
                    apiVersion = Text(ref reader, name);
                else
                    reader.Skip();
            }
        }
        catch (JsonException malformed)
        {
            throw new DecodeException(malformed.Message, malformed);
        }

        return GroupVersion.TryParse(apiVersion ?? "", out var version)
            ? version.WithKind(kind ?? "")
            : throw new DecodeException($"unexpected GroupVersion string: {apiVersion}");
    }

    private static string Text(ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.String => JsonText.Of(reader.ValueSpan),
            JsonTokenType.Null => "",
            var other => throw new DecodeException($"json: cannot unmarshal {Named(other)} into Go struct field .{field} of type string"),
        };
    }

    private static string Named(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        JsonTokenType.Number => "number",
        JsonTokenType.True or JsonTokenType.False => "bool",
        JsonTokenType.String => "string",
        _ => "null",
    };
}
