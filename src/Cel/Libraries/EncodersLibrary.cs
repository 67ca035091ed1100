using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary><c>base64.encode(bytes)</c> and <c>base64.decode(string)</c>; the padding may be left out.</summary>
public sealed class EncodersLibrary : CelLibrary
{
    /// <inheritdoc/>
    public override string Name => "encoders";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        declare.Function("base64.encode", "base64_encode_bytes", [CelType.Bytes], CelType.String, arguments =>
            CelValue.Of(Convert.ToBase64String(arguments[0].AsBytes.Span)));
        declare.Function("base64.decode", "base64_decode_string", [CelType.String], CelType.Bytes, arguments => Decode(arguments[0].AsString));
    }

    private static CelValue Decode(string text)
    {
        var padded = text.EndsWith('=') ? text : text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var length)
            ? CelValue.Of(bytes[..length])
            : CelValue.Error("illegal base64 data");
    }
}
