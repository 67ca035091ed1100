using System.Globalization;
using System.Text;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary><c>'%s is %.2f'.format([a, b])</c>: the clauses s, d, f, e, b, o, x, X and %%, with a precision for f and e.</summary>
internal static class StringFormat
{
    private const int DefaultPrecision = 6;         // cel-go: defaultPrecision
    private const int PrecisionMax = 1000;

    public static CelValue Format(string format, ICelList arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            if (i + 1 < format.Length && format[i + 1] == '%')
            {
                text.Append('%');
                i++;
                continue;
            }
            if (!TryPrecision(format, ref i, out var precision))
                return Bad("could not parse formatting clause: error while parsing precision");
            if (i + 1 >= format.Length)
                return Bad("could not parse formatting clause: unexpected end of string");
            var clause = format[++i];
            if (!"sdfebxXo".Contains(clause, StringComparison.Ordinal))
                return Bad($"could not parse formatting clause: unrecognized formatting clause \"{clause}\"");
            if (next >= arguments.Count)
                return Bad($"index {next} out of range");
            var (written, refusal) = Clause(clause, arguments[next++], precision);
            if (refusal is not null)
                return Bad("error during formatting: " + refusal);
            text.Append(written);
        }
        return CelValue.Of(text.ToString());
    }

    private static CelValue Bad(string message) => CelValue.Error(message);

    private static bool TryPrecision(string format, ref int i, out int? precision)
    {
        precision = null;
        if (i + 1 >= format.Length || format[i + 1] != '.')
            return true;
        var start = i + 2;
        var end = start;
        while (end < format.Length && char.IsAsciiDigit(format[end]))
            end++;
        i = end - 1;
        if (!int.TryParse(format.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var digits) || digits > PrecisionMax)
            return false;
        precision = digits;
        return true;
    }

    private static (string? Written, string? Refusal) Clause(char clause, in CelValue value, int? precision) => clause switch
    {
        's' => Text(value) is { } text
            ? (text, null)
            : (null, "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given " + Name(value)),
        'd' => Decimal(value),
        'f' => Floating(value, "fixed-point", number => DoubleText.Fixed(number, precision ?? DefaultPrecision)),
        'e' => Floating(value, "scientific", number => DoubleText.Scientific(number, precision ?? DefaultPrecision)),
        'b' => Binary(value),
        'o' => Octal(value),
        _ => Hex(value, clause == 'X'),
    };

    private static string Name(in CelValue value) => value.Type.Name;

    private static (string?, string?) Decimal(in CelValue value) => value.Kind switch
    {
        CelKind.Int => (value.AsInt.ToString(CultureInfo.InvariantCulture), null),
        CelKind.Uint => (value.AsUint.ToString(CultureInfo.InvariantCulture), null),
        CelKind.Double when !double.IsFinite(value.AsDouble) => (Special(value.AsDouble), null),
        _ => (null, "decimal clause can only be used on integers, was given " + Name(value)),
    };

    private static (string?, string?) Floating(in CelValue value, string clause, Func<double, string> write)
    {
        double? number = value.Kind switch
        {
            CelKind.Double => value.AsDouble,
            CelKind.Int => value.AsInt,
            CelKind.Uint => value.AsUint,
            _ => null,
        };
        if (number is null)
            return (null, $"{clause} clause can only be used on doubles, was given {Name(value)}");
        return (double.IsFinite(number.Value) ? write(number.Value) : Special(number.Value), null);
    }

    private static (string?, string?) Binary(in CelValue value) => value.Kind switch
    {
        CelKind.Int => (Signed(value.AsInt, "b"), null),
        CelKind.Uint => (value.AsUint.ToString("b", CultureInfo.InvariantCulture), null),
        CelKind.Bool => (value.AsBool ? "1" : "0", null),
        _ => (null, "only integers and bools can be formatted as binary, was given " + Name(value)),
    };

    private static (string?, string?) Octal(in CelValue value) => value.Kind switch
    {
        CelKind.Int => ((value.AsInt < 0 ? "-" : "") + Octal(Magnitude(value.AsInt)), null),
        CelKind.Uint => (Octal(value.AsUint), null),
        _ => (null, "octal clause can only be used on integers, was given " + Name(value)),
    };

    private static string Octal(ulong number)
    {
        var text = "";
        do
        {
            text = (char)('0' + number % 8) + text;
            number /= 8;
        }
        while (number > 0);
        return text;
    }

    private static (string?, string?) Hex(in CelValue value, bool upper)
    {
        var text = value.Kind switch
        {
            CelKind.Int => Signed(value.AsInt, "x"),
            CelKind.Uint => value.AsUint.ToString("x", CultureInfo.InvariantCulture),
            CelKind.String => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value.AsString)),
            CelKind.Bytes => Convert.ToHexStringLower(value.AsBytes.Span),
            _ => null,
        };
        return text is null
            ? (null, "only integers, byte buffers, and strings can be formatted as hex, was given " + Name(value))
            : (upper ? text.ToUpperInvariant() : text, null);
    }

    private static string Signed(long number, string format) =>
        (number < 0 ? "-" : "") + Magnitude(number).ToString(format, CultureInfo.InvariantCulture);

    private static ulong Magnitude(long number) => number < 0 ? (ulong)-(number + 1) + 1 : (ulong)number;

    private static string Special(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";

    private static string? Text(in CelValue value) => value.Kind switch
    {
        CelKind.Null => "null",
        CelKind.Double => double.IsFinite(value.AsDouble) ? DoubleText.Fixed(value.AsDouble, null) : Special(value.AsDouble),
        CelKind.Bytes => Encoding.UTF8.GetString(value.AsBytes.Span),
        CelKind.Type => value.AsType.Name,
        CelKind.List => Elements(value.AsList),
        CelKind.Map => Entries(value.AsMap),
        CelKind.Object or CelKind.Optional or CelKind.Error => null,
        _ => Conversions.ToText(value).AsString,
    };

    private static string? Elements(ICelList list)
    {
        var texts = new string[list.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            if (Text(list[i]) is not { } text)
                return null;
            texts[i] = text;
        }
        return $"[{string.Join(", ", texts)}]";
    }

    /// <summary>Entries in the order of their keys' texts, so that the result does not depend on the map.</summary>
    private static string? Entries(ICelMap map)
    {
        var entries = new List<(string Key, string Value)>();
        foreach (var key in map.Keys)
        {
            if (!map.TryGet(key, out var value) || Text(key) is not { } name || Text(value) is not { } text)
                return null;
            entries.Add((name, text));
        }
        return $"{{{string.Join(", ", entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}: {entry.Value}"))}}}";
    }
}
