using System.Globalization;

namespace ControlPlane.Cel.Libraries;

/// <summary>Floating-point numbers as Go writes and reads them.</summary>
internal static class DoubleText
{
    // Go's strconv: the precision that %g assumes when it is to be the shortest.
    private const int ShortestExponentMax = 6;

    /// <summary>As Go's <c>%g</c>: the fewest digits that say it, with an exponent below 1e-4 and from 1e6 on.</summary>
    public static string Shortest(double value)
    {
        if (Special(value) is { } special)
            return special;
        var (digits, exponent) = Digits(value);
        var sign = double.IsNegative(value) ? "-" : "";
        if (exponent < -4 || exponent >= ShortestExponentMax)
            return sign + digits[0] + (digits.Length > 1 ? "." + digits[1..] : "") + Exponent(exponent);
        return sign + Plain(digits, exponent);
    }

    /// <summary>As Go's <c>%e</c> with so many decimals.</summary>
    public static string Scientific(double value, int precision)
    {
        if (Special(value) is { } special)
            return special;
        var text = value.ToString("e" + precision.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var e = text.IndexOf('e', StringComparison.Ordinal);
        return text[..e] + Exponent(int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    /// <summary>As Go's <c>%f</c>, with so many decimals, or as many as it needs.</summary>
    public static string Fixed(double value, int? precision)
    {
        if (Special(value) is { } special)
            return special;
        if (precision is { } decimals)
            return Rounded(value, decimals);
        var (digits, exponent) = Digits(value);
        return (double.IsNegative(value) ? "-" : "") + Plain(digits, exponent);
    }

    /// <summary>As Go's ParseFloat for decimal numbers, infinities and NaN.</summary>
    public static bool TryParse(string text, out double value)
    {
        var unsigned = text.TrimStart('+', '-');
        if (text.Length - unsigned.Length <= 1 && (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase)
                                                   || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase)))
        {
            value = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        if (text.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            value = double.NaN;
            return true;
        }
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Styles, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>.NET rounds an exact half away from zero, Go to the even neighbour.</summary>
    private static string Rounded(double value, int decimals)
    {
        // A double that goes on after a half does so within this many digits.
        const int Beyond = 40;
        var exact = value.ToString("F" + (decimals + Beyond).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var rest = exact.AsSpan(exact.Length - Beyond);
        var kept = exact[..^Beyond].TrimEnd('.');
        var isHalf = rest[0] == '5' && !rest[1..].ContainsAnyExcept('0');
        return isHalf && (kept[^1] - '0') % 2 == 0
            ? kept
            : value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    private static string? Special(double value) => value switch
    {
        double.NaN => "NaN",
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => null,
    };

    private static string Exponent(int exponent) =>
        (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent).ToString("D2", CultureInfo.InvariantCulture);

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1)
            return digits + new string('0', exponent + 1 - digits.Length);
        return digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    /// <summary>The fewest digits that tell this number from its neighbours, and the power of ten of the first.</summary>
    private static (string Digits, int Exponent) Digits(double value)
    {
        if (value == 0)
            return ("0", 0);
        var text = Math.Abs(value).ToString("E16", CultureInfo.InvariantCulture);
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var exponent = int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = shortest.Split('E')[0].Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        return (mantissa.Length == 0 ? "0" : mantissa, exponent);
    }
}
