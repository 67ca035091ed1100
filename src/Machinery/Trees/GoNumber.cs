using System.Globalization;

namespace ControlPlane.Machinery.Trees;

/// <summary>Floating point numbers in the text that Go's encoding/json gives them: 1.5, 0.000001, 1e-7, 1e+21.</summary>
public static class GoNumber
{
    /// <summary>Characters that any number fits into.</summary>
    public const int MaximumLength = 32;

    /// <summary>Writes the number.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Format(double value, Span<byte> utf8)
    {
        var magnitude = Math.Abs(value);
        if (magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21))
            return Exponent(value, utf8);
        // .NET's shortest round-trip digits are Go's; only the point where the exponent form begins differs.
        value.TryFormat(utf8, out var length, "R", CultureInfo.InvariantCulture);
        var mark = utf8[..length].IndexOf((byte)'E');
        return mark < 0 ? length : Plain(utf8, mark, length);
    }

    /// <summary>Rewrites "-1.25E+16" in place as "-12500000000000000" and "2E-05" as "0.00002".</summary>
    private static int Plain(Span<byte> utf8, int mark, int length)
    {
        var exponent = int.Parse(utf8[(mark + 1)..length], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        Span<byte> digits = stackalloc byte[MaximumLength];
        var count = 0;
        var at = 0;
        if (utf8[0] == '-')
            at++;
        foreach (var one in utf8[at..mark])
        {
            if (one != '.')
                digits[count++] = one;
        }

        for (; exponent < 0; exponent++)
        {
            utf8[at++] = (byte)'0';
            if (utf8[at - 1] == '0' && (at == 1 || utf8[at - 2] == '-'))
                utf8[at++] = (byte)'.';
        }

        digits[..count].CopyTo(utf8[at..]);
        for (at += count; count <= exponent; count++)
            utf8[at++] = (byte)'0';
        return at;
    }

    private static int Exponent(double value, Span<byte> utf8)
    {
        Span<byte> text = stackalloc byte[MaximumLength];
        value.TryFormat(text, out var length, "R", CultureInfo.InvariantCulture);
        var mark = text[..length].IndexOf((byte)'E');
        text[..mark].CopyTo(utf8);
        utf8[mark] = (byte)'e';
        utf8[mark + 1] = text[mark + 1];
        var digits = text[(mark + 2)..length].TrimStart((byte)'0');
        digits.CopyTo(utf8[(mark + 2)..]);
        return mark + 2 + digits.Length;
    }
}
