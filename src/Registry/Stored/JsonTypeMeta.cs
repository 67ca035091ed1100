using System.Text.Json;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Registry.Stored;

/// <summary>Finds what a stored JSON document says it is, without decoding the rest.</summary>
internal static class JsonTypeMeta
{
    /// <summary>The document's apiVersion; "" where it says none.</summary>
    /// <exception cref="DecodeException">It is no JSON object.</exception>
    public static string ApiVersion(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonDecoder.MaxNesting });
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isApiVersion = reader.ValueTextEquals("apiVersion"u8);
                reader.Read();
                if (isApiVersion)
                    return reader.GetString() ?? "";
                reader.Skip();
            }

            return "";
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new DecodeException($"json: {malformed.Message}", malformed);
        }
    }
}
