using System.Text;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>
/// charAt, indexOf, lastIndexOf, join, lowerAscii, upperAscii, replace, split, substring, trim, reverse, format and strings.quote,
/// as cel-go's strings extension. Positions are code points.
/// </summary>
public sealed class StringsLibrary : CelLibrary
{
    private static readonly CelType Text = CelType.String;
    private static readonly CelType Texts = CelType.List(CelType.String);

    /// <inheritdoc/>
    public override string Name => "strings";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        declare.Method("charAt", "string_char_at_int", [Text, CelType.Int], Text, arguments => CharAt(arguments[0].AsString, arguments[1].AsInt));
        declare.Method("indexOf", "string_index_of_string", [Text, Text], CelType.Int, arguments =>
            IndexOf(arguments[0].AsString, arguments[1].AsString, 0));
        declare.Method("indexOf", "string_index_of_string_int", [Text, Text, CelType.Int], CelType.Int, arguments =>
            IndexOf(arguments[0].AsString, arguments[1].AsString, arguments[2].AsInt));
        declare.Method("lastIndexOf", "string_last_index_of_string", [Text, Text], CelType.Int, arguments =>
            LastIndexOf(arguments[0].AsString, arguments[1].AsString, null));
        declare.Method("lastIndexOf", "string_last_index_of_string_int", [Text, Text, CelType.Int], CelType.Int, arguments =>
            LastIndexOf(arguments[0].AsString, arguments[1].AsString, arguments[2].AsInt));
        declare.Method("join", "list_join", [Texts], Text, arguments => Join(arguments[0].AsList, ""));
        declare.Method("join", "list_join_string", [Texts, Text], Text, arguments => Join(arguments[0].AsList, arguments[1].AsString));
        declare.Method("lowerAscii", "string_lower_ascii", [Text], Text, arguments => CelValue.Of(Ascii(arguments[0].AsString, char.IsAsciiLetterUpper)));
        declare.Method("upperAscii", "string_upper_ascii", [Text], Text, arguments => CelValue.Of(Ascii(arguments[0].AsString, char.IsAsciiLetterLower)));
        declare.Method("replace", "string_replace_string_string", [Text, Text, Text], Text, arguments =>
            CelValue.Of(Replace(arguments[0].AsString, arguments[1].AsString, arguments[2].AsString, -1)));
        declare.Method("replace", "string_replace_string_string_int", [Text, Text, Text, CelType.Int], Text, arguments =>
            CelValue.Of(Replace(arguments[0].AsString, arguments[1].AsString, arguments[2].AsString, arguments[3].AsInt)));
        declare.Method("split", "string_split_string", [Text, Text], Texts, arguments => Split(arguments[0].AsString, arguments[1].AsString, -1));
        declare.Method("split", "string_split_string_int", [Text, Text, CelType.Int], Texts, arguments =>
            Split(arguments[0].AsString, arguments[1].AsString, arguments[2].AsInt));
        declare.Method("substring", "string_substring_int", [Text, CelType.Int], Text, arguments =>
            Substring(arguments[0].AsString, arguments[1].AsInt, null));
        declare.Method("substring", "string_substring_int_int", [Text, CelType.Int, CelType.Int], Text, arguments =>
            Substring(arguments[0].AsString, arguments[1].AsInt, arguments[2].AsInt));
        declare.Method("trim", "string_trim", [Text], Text, arguments => CelValue.Of(arguments[0].AsString.Trim()));
        declare.Method("reverse", "string_reverse", [Text], Text, arguments => CelValue.Of(Reverse(arguments[0].AsString)));
        declare.Method("format", "string_format", [Text, CelType.ListOfDyn], Text, arguments =>
            StringFormat.Format(arguments[0].AsString, arguments[1].AsList));
        declare.Function("strings.quote", "strings_quote", [Text], Text, arguments => CelValue.Of(Quote(arguments[0].AsString)));
    }

    /// <summary>Where a code point begins, in UTF-16 units; null past the end.</summary>
    private static int? Unit(string text, long codePoint)
    {
        if (codePoint < 0)
            return null;
        var at = 0;
        for (; codePoint > 0 && at < text.Length; codePoint--)
            at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1;
        return codePoint == 0 ? at : null;
    }

    private static CelValue CharAt(string text, long index)
    {
        if (Unit(text, index) is not { } at)
            return OutOfRange(index);
        if (at == text.Length)
            return CelValue.Of("");
        return CelValue.Of(Rune.GetRuneAt(text, at).ToString());
    }

    private static CelValue IndexOf(string text, string part, long from)
    {
        if (Unit(text, from) is not { } start)
            return from < 0 || part.Length > 0 ? OutOfRange(from) : CelValue.Of(-1L);
        return CodePointAt(text, text.IndexOf(part, start, StringComparison.Ordinal));
    }

    private static CelValue LastIndexOf(string text, string part, long? upTo)
    {
        if (upTo is not { } last)
            return CodePointAt(text, part.Length == 0 ? text.Length : text.LastIndexOf(part, StringComparison.Ordinal));
        if (Unit(text, last) is not { } at)
            return OutOfRange(last);
        if (part.Length == 0)
            return CelValue.Of(last);
        var end = Math.Min(text.Length, at + part.Length);
        return CodePointAt(text, text.AsSpan(0, end).LastIndexOf(part, StringComparison.Ordinal));
    }

    private static CelValue CodePointAt(string text, int unit) => CelValue.Of(unit < 0 ? -1 : Libraries.Texts.CodePoints(text[..unit]));

    private static CelValue Substring(string text, long start, long? end)
    {
        var size = Libraries.Texts.CodePoints(text);
        if (start < 0 || start > size)
            return OutOfRange(start);
        if (end < 0 || end > size)
            return OutOfRange(end.Value);
        if (start > end)
            return CelValue.Error($"invalid substring range. start: {start}, end: {end}");
        return CelValue.Of(text[Unit(text, start)!.Value..Unit(text, end ?? size)!.Value]);
    }

    private static CelValue OutOfRange(long index) => CelValue.Error($"index out of range: {index}");

    private static CelValue Join(ICelList list, string separator)
    {
        var text = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Kind != CelKind.String)
                return CelValue.Error($"join: invalid input: {list[i]}");
            text.Append(i > 0 ? separator : "").Append(list[i].AsString);
        }
        return CelValue.Of(text.ToString());
    }

    private static string Ascii(string text, Func<char, bool> changes) =>
        string.Create(text.Length, (text, changes), static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = from.changes(from.text[i]) ? (char)(from.text[i] ^ 0x20) : from.text[i];
        });

    private static string Replace(string text, string old, string with, long times)
    {
        if (times < 0 && old.Length > 0)
            return text.Replace(old, with, StringComparison.Ordinal);
        var result = new StringBuilder();
        var at = 0;
        for (; times != 0; times--)
        {
            var found = text.IndexOf(old, at, StringComparison.Ordinal);
            if (found < 0)
                break;
            result.Append(text, at, found - at).Append(with);
            at = found + old.Length;
            if (old.Length > 0)
                continue;
            // An empty text stands before every code point and at the end.
            if (at == text.Length)
                return result.ToString();
            var length = char.IsHighSurrogate(text[at]) ? 2 : 1;
            result.Append(text, at, length);
            at += length;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    private static CelValue Split(string text, string separator, long limit)
    {
        if (limit == 0)
            return CelValue.Of(CelList.Empty);
        var count = limit < 0 || limit > int.MaxValue ? int.MaxValue : (int)limit;
        var parts = separator.Length > 0 ? text.Split(separator, count) : Characters(text, count);
        return CelValue.ListOf(Array.ConvertAll(parts, CelValue.Of));
    }

    private static string[] Characters(string text, int count)
    {
        var parts = new List<string>();
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (parts.Count == count - 1)
                break;
            parts.Add(rune.ToString());
            at += rune.Utf16SequenceLength;
        }
        if (at < text.Length)
            parts.Add(text[at..]);
        return [.. parts];
    }

    private static string Reverse(string text)
    {
        if (Libraries.Texts.RunesOf(text) is { } runes)
        {
            Array.Reverse(runes);
            return string.Concat(runes.Select(rune => rune.ToString()));
        }
        var units = text.ToCharArray();
        Array.Reverse(units);
        return new string(units);
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            var escape = rune.Value switch
            {
                7 => "\\a",
                8 => "\\b",
                9 => "\\t",
                10 => "\\n",
                11 => "\\v",
                12 => "\\f",
                13 => "\\r",
                '"' => "\\\"",
                '\\' => "\\\\",
                _ => null,
            };
            quoted.Append(escape ?? rune.ToString());
        }
        return quoted.Append('"').ToString();
    }
}
