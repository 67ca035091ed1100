using System.Buffers;
using System.Globalization;
using System.Text;

namespace ControlPlane.Machinery.Serialization;

/// <summary>JSON text below the level of values: escapes and white space.</summary>
public static class JsonText
{
    private static readonly SearchValues<byte> WhiteSpaceOrQuote = SearchValues.Create(" \t\r\n\""u8);

    /// <summary>The text of what stands between a string's quotes. What is no text (invalid UTF-8, a lone surrogate) becomes U+FFFD, as in Go.</summary>
    /// <remarks>For clients' text, where .NET's own readers throw.</remarks>
    public static string Of(ReadOnlySpan<byte> content) => content.Contains((byte)'\\') ? Unescape(content) : Encoding.UTF8.GetString(content);

    /// <summary>The same of content that has escapes.</summary>
    internal static string Unescape(ReadOnlySpan<byte> content)
    {
        var text = new StringBuilder(content.Length);
        while (content.IndexOf((byte)'\\') is var at and >= 0)
        {
            text.Append(Encoding.UTF8.GetString(content[..at]));
            content = content[at..];
            var length = content[1] == 'u' ? 6 : 2;
            text.Append(length == 6 ? (char)ushort.Parse(content[2..6], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : Escaped(content[1]));
            content = content[length..];
        }
        text.Append(Encoding.UTF8.GetString(content));
        return WithoutLoneSurrogates(text.ToString());
    }

    /// <summary>The same JSON without white space between its tokens.</summary>
    internal static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var length = 0;
        while (json.Length > 0)
        {
            var plain = json.IndexOfAny(WhiteSpaceOrQuote);
            if (plain < 0)
                plain = json.Length;
            else if (json[plain] == '"')
                plain += StringLength(json[plain..]);
            json[..plain].CopyTo(compact.AsSpan(length));
            length += plain;
            json = json[plain..];
            while (json.Length > 0 && json[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                json = json[1..];
        }
        return length == compact.Length ? compact : compact[..length];
    }

    private static int StringLength(ReadOnlySpan<byte> json)
    {
        var i = 1;
        while (json[i] != '"')
            i += json[i] == '\\' ? 2 : 1;
        return i + 1;
    }

    private static char Escaped(byte letter) => letter switch
    {
        (byte)'n' => '\n',
        (byte)'t' => '\t',
        (byte)'r' => '\r',
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        _ => (char)letter,
    };

    private static string WithoutLoneSurrogates(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            clean.Append(rune);
        return clean.ToString();
    }
}
