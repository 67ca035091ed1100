using System.Text.Json;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Machinery.Serialization;

/// <summary>Objects to JSON and back.</summary>
public static class Json
{
    // Larger buffers are given back to the garbage collector rather than kept by the thread.
    private const int MaxKeptBuffer = 1 << 20;

    [ThreadStatic]
    private static JsonOutput? _output;

    /// <summary>Reads one value, which is all of the document.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="diagnostics">Where to note unknown and duplicate fields; null to ignore them.</param>
    /// <exception cref="DecodeException">It is not such a value.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics = null)
        where T : class, IMessage<T>
    {
        try
        {
            var decoder = new JsonDecoder(json, diagnostics);
            decoder.Start();
            var value = T.ReadJson(ref decoder);
            decoder.Finish();
            return value;
        }
        catch (JsonException malformed)
        {
            throw new DecodeException($"json: {malformed.Message}", malformed);
        }
    }

    /// <summary>The document of something that says what it is: kind and apiVersion first.</summary>
    public static byte[] Encode(IRuntimeObject value)
    {
        var output = Rent();
        value.WriteDocument(output);
        return Return(output);
    }

    /// <summary>The bare JSON of a struct.</summary>
    public static byte[] EncodeMessage(IMessage value)
    {
        var output = Rent();
        value.WriteJson(output);
        return Return(output);
    }

    /// <summary>The bare JSON of a struct, with its empty lists and maps: what a type without omitempty would show.</summary>
    public static byte[] EncodeWithEmpty(IMessage value)
    {
        var output = new JsonOutput { KeepsEmpty = true };
        value.WriteJson(output);
        return output.ToArray();
    }

    private static JsonOutput Rent()
    {
        var output = _output ?? new JsonOutput(16 * 1024);
        _output = null;
        return output;
    }

    private static byte[] Return(JsonOutput output)
    {
        var bytes = output.ToArray();
        output.Clear();
        _output = bytes.Length <= MaxKeptBuffer ? output : null;
        return bytes;
    }
}
