using System.Globalization;
using System.Text.Json;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client.Https;

/// <summary>Reads what the server answers, in either form.</summary>
internal static class Documents
{
    /// <summary>One object. A Status that tells of success (a deletion that is complete, a binding) reads as the empty object.</summary>
    public static T ReadOne<T>(ReadOnlySpan<byte> bytes)
        where T : class, IApiObject<T>
    {
        if (Envelope.IsEnvelope(bytes))
        {
            var message = Envelope.Read(bytes, out var kind);
            return kind == Status.Kind ? Protobuf.Decode<T>([]) : Protobuf.Decode<T>(message);
        }
        return IsStatus(bytes) ? Protobuf.Decode<T>([]) : Json.Decode<T>(bytes);
    }

    /// <summary>The Status of a refusal; made up from the code where the body is none.</summary>
    public static Status ReadStatus(ReadOnlySpan<byte> bytes, int code)
    {
        try
        {
            if (Envelope.IsEnvelope(bytes))
            {
                var message = Envelope.Read(bytes, out var kind);
                if (kind == Status.Kind)
                    return Protobuf.Decode<Status>(message);
            }
            else if (IsStatus(bytes))
            {
                return Json.Decode<Status>(bytes);
            }
        }
        catch (DecodeException)
        {
            // A proxy's page rather than the server's answer: the code must do.
        }
        var text = System.Text.Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 1024)]);
        return ApiError.Failure(code, ReasonOf(code), string.Create(CultureInfo.InvariantCulture, $"the server answered with status {code}: {text}"), null);
    }

    /// <summary>A page of a list, item by item.</summary>
    public static ObjectList<T> ReadList<T>(ReadOnlySpan<byte> bytes)
        where T : class, IApiObject<T> =>
        Envelope.IsEnvelope(bytes) ? ReadProtobufList<T>(Envelope.Read(bytes, out _)) : ReadJsonList<T>(bytes);

    private static ObjectList<T> ReadProtobufList<T>(ReadOnlySpan<byte> message)
        where T : class, IApiObject<T>
    {
        var reader = new ProtobufReader(message);
        var metadata = ListMeta.Empty;
        var items = new List<T>();
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                metadata = Protobuf.Decode<ListMeta>(reader.Bytes());
            else if (tag == 18)
                items.Add(Protobuf.Decode<T>(reader.Bytes()));
            else
                reader.Skip(tag);
        }
        return new(items, metadata.ResourceVersion, metadata.Continue);
    }

    private static ObjectList<T> ReadJsonList<T>(ReadOnlySpan<byte> json)
        where T : class, IApiObject<T>
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonDecoder.MaxNesting });
        var metadata = ListMeta.Empty;
        var items = new List<T>();
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMetadata = reader.ValueTextEquals("metadata"u8);
            var isItems = reader.ValueTextEquals("items"u8);
            reader.Read();
            if (isMetadata)
                metadata = Json.Decode<ListMeta>(Value(ref reader, json));
            else if (isItems && reader.TokenType == JsonTokenType.StartArray)
                ReadItems(ref reader, json, items);
            else
                reader.Skip();
        }
        return new(items, metadata.ResourceVersion, metadata.Continue);
    }

    private static void ReadItems<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, List<T> items)
        where T : class, IApiObject<T>
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add(Json.Decode<T>(Value(ref reader, json)));
    }

    internal static ReadOnlySpan<byte> Value(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    private static bool IsStatus(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonDecoder.MaxNesting });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            // Kind and apiVersion come first: the rest is not looked at.
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isKind = reader.ValueTextEquals("kind"u8);
                reader.Read();
                if (isKind)
                    return reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("Status"u8);
                reader.Skip();
            }
            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string ReasonOf(int code) => code switch
    {
        400 => "BadRequest",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        409 => "Conflict",
        410 => "Gone",
        429 => "TooManyRequests",
        503 => "ServiceUnavailable",
        504 => "Timeout",
        _ => code >= 500 ? "InternalError" : "",
    };
}
