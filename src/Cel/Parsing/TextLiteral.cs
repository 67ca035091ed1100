using System.Globalization;
using System.Text;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Parsing;

/// <summary>
/// The inside of a string or bytes literal. In a string <c>\x41</c> and <c>\101</c> are code points; in bytes they are single
/// bytes, and <c>\u</c> is not allowed.
/// </summary>
internal static class TextLiteral
{
    public static CelValue Unescape(ReadOnlySpan<char> body, int offset, bool isRaw, bool isBytes)
    {
        if (isRaw || !body.Contains('\\'))
            return isBytes ? CelValue.Of(Encoding.UTF8.GetBytes(body.ToArray())) : CelValue.Of(body.ToString());
        var bytes = isBytes ? new MemoryStream() : null;
        var text = new StringBuilder();
        for (var i = 0; i < body.Length;)
        {
            var run = body[i..].IndexOf('\\');
            if (run != 0)
            {
                var plain = run < 0 ? body[i..] : body.Slice(i, run);
                Append(plain, text, bytes);
                i += plain.Length;
                continue;
            }
            var (code, length) = Escape(body[i..], offset + i, isBytes);
            AppendCode(code, text, bytes);
            i += length;
        }
        return isBytes ? CelValue.Of(bytes!.ToArray()) : CelValue.Of(text.ToString());
    }

    private static void Append(ReadOnlySpan<char> plain, StringBuilder text, MemoryStream? bytes)
    {
        if (bytes is null)
            text.Append(plain);
        else
            bytes.Write(Encoding.UTF8.GetBytes(plain.ToArray()));
    }

    private static void AppendCode(int code, StringBuilder text, MemoryStream? bytes)
    {
        if (bytes is null)
            text.Append(char.ConvertFromUtf32(code));
        else
            bytes.WriteByte((byte)code);
    }

    private static (int Code, int Length) Escape(ReadOnlySpan<char> text, int offset, bool isBytes)
    {
        var c = text.Length > 1 ? text[1] : '\0';
        return c switch
        {
            'a' => (7, 2),
            'b' => (8, 2),
            'f' => (12, 2),
            'n' => (10, 2),
            'r' => (13, 2),
            't' => (9, 2),
            'v' => (11, 2),
            '\\' or '?' or '"' or '\'' or '`' => (c, 2),
            'x' or 'X' => (Number(text, 2, 2, 16, offset), 4),
            'u' when !isBytes => (CodePoint(Number(text, 2, 4, 16, offset), offset), 6),
            'U' when !isBytes => (CodePoint(Number(text, 2, 8, 16, offset), offset), 10),
            >= '0' and <= '3' => (Number(text, 1, 3, 8, offset), 4),
            _ => throw Invalid(offset),
        };
    }

    private static int Number(ReadOnlySpan<char> text, int start, int length, int radix, int offset)
    {
        if (text.Length < start + length)
            throw Invalid(offset);
        long number = 0;
        foreach (var c in text.Slice(start, length))
        {
            if (!char.IsAsciiHexDigit(c) || int.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is var digit && digit >= radix)
                throw Invalid(offset);
            number = number * radix + digit;
        }
        return number <= 0x10FFFF ? (int)number : throw Invalid(offset);
    }

    private static int CodePoint(int code, int offset) =>
        code is >= 0xD800 and <= 0xDFFF ? throw Invalid(offset) : code;

    private static CelSyntaxException Invalid(int offset) => new(offset, "Syntax error: invalid escape sequence");
}
