using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ControlPlane.ApiServer.Responses;

/// <summary>JSON to YAML, keys sorted, as sigs.k8s.io/yaml writes it.</summary>
internal static class YamlWriter
{
    private static readonly SearchValues<string> Words = SearchValues.Create(
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "~", ".nan", ".inf", "-.inf", "+.inf"], StringComparison.OrdinalIgnoreCase);

    // Objects nest TreeReader.MaximumDepth levels at most; lists of them some more.
    private const int DepthMax = TreeReader.MaximumDepth + 100;

    // goyaml: longer ones stand behind a question mark
    private const int PlainKeyMax = 128;
    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./");

    /// <summary>The YAML document of a JSON document.</summary>
    public static byte[] Of(ReadOnlySequence<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DepthMax });
        using var text = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var emitter = new Emitter(text, new EmitterSettings(2, int.MaxValue, false, PlainKeyMax, skipAnchorName: true, indentSequences: false));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, document.RootElement);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart(null, null, isImplicit: true, value.EnumerateObject().Any() ? MappingStyle.Block : MappingStyle.Flow));
                foreach (var (name, member) in value.EnumerateObject().Select(static member => (JsonText.Of(JsonMarshal.GetRawUtf8PropertyName(member)), member.Value)).OrderBy(static member => member.Item1, StringComparer.Ordinal))
                {
                    Text(emitter, name, isKey: true);
                    Write(emitter, member);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, value.GetArrayLength() > 0 ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (var item in value.EnumerateArray())
                    Write(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                Text(emitter, JsonText.Of(JsonMarshal.GetRawUtf8Value(value)[1..^1]));
                break;
            default:
                emitter.Emit(new Scalar(value.GetRawText()));
                break;
        }
    }

    private static void Text(Emitter emitter, string text, bool isKey = false)
    {
        var style = !isKey && IsLines(text) ? ScalarStyle.Literal
            : (isKey && !IsPlainKey(text)) || ReadsAsSomethingElse(text) || text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Any;
        emitter.Emit(new Scalar(null, null, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }

    // Names of fields, labels and annotations; not all readers take other keys without quotes.
    private static bool IsPlainKey(string text) => text.Length is > 0 and <= PlainKeyMax && !text.AsSpan().ContainsAnyExcept(KeyCharacters);

    // Lines that a literal block keeps as they are: none of them blank at its beginning or the text's end, and all of them text.
    private static bool IsLines(string text) =>
        text.AsSpan(0, Math.Max(0, text.Length - 1)).Contains('\n') && text[0] is not (' ' or '\n') && !text.EndsWith("\n\n", StringComparison.Ordinal)
        && !text.Contains(" \n", StringComparison.Ordinal) && text[^1] != ' '
        && text.All(static one => one == '\n' || (!char.IsControl(one) && one is not ('\u2028' or '\u2029' or '\uFEFF') && !char.IsSurrogate(one)));

    // What a YAML reader would take for a number, a truth, nothing or a date has to be quoted.
    private static bool ReadsAsSomethingElse(string text) =>
        text.Length == 0
        || Words.Contains(text)
        || ((char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.') && text.AsSpan().IndexOfAnyExcept("0123456789abcdefABCDEFxXoO+-._:TZ ") < 0);
}
