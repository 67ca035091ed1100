using System.Globalization;
using System.Numerics;
using System.Text;

namespace ControlPlane.Machinery.Trees;

/// <summary>What a plain YAML scalar means: YAML 1.1 as goyaml.v2 resolves it (sigs.k8s.io/yaml), which is what Kubernetes' users write against.</summary>
/// <remarks>yes, no, on, off, y and n are booleans; 010 is eight; 1_000 is a thousand; dates stay strings.</remarks>
internal static class YamlScalar
{
    /// <summary>The value of a plain scalar.</summary>
    public static TreeValue Resolve(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => TreeNull.Instance,
        "y" or "Y" or "yes" or "Yes" or "YES" or "true" or "True" or "TRUE" or "on" or "On" or "ON" => TreeBoolean.True,
        "n" or "N" or "no" or "No" or "NO" or "false" or "False" or "FALSE" or "off" or "Off" or "OFF" => TreeBoolean.False,
        ".nan" or ".NaN" or ".NAN" or ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" or "-.inf" or "-.Inf" or "-.INF"
            => throw new TreeFormatException($"error converting YAML to JSON: json: unsupported value: {text}"),
        _ when text[0] is (>= '0' and <= '9') or '+' or '-' or '.' => Number(text) ?? TreeString.Of(text),
        _ => TreeString.Of(text),
    };

    /// <summary>The value under an explicit tag.</summary>
    /// <exception cref="TreeFormatException">The tag's form does not fit, or the tag is not known.</exception>
    public static TreeValue Resolve(string text, string tag) => tag switch
    {
        "!" or "tag:yaml.org,2002:str" or "tag:yaml.org,2002:timestamp" => TreeString.Of(text),
        "tag:yaml.org,2002:binary" => Binary(text),
        "tag:yaml.org,2002:float" when Resolve(text) is TreeInteger or TreeNumber => Resolve(text),
        "tag:yaml.org,2002:int" when Resolve(text) is TreeInteger integer => integer,
        "tag:yaml.org,2002:bool" when Resolve(text) is TreeBoolean boolean => boolean,
        "tag:yaml.org,2002:null" when Resolve(text) is TreeNull none => none,
        _ when tag.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal) =>
            throw new TreeFormatException($"yaml: cannot decode `{text}` as a !!{tag["tag:yaml.org,2002:".Length..]}"),
        _ => TreeString.Of(text),
    };

    private static TreeValue? Number(string text)
    {
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (Integer(plain) is { } integer)
            return integer;
        if (!IsFloat(plain))
            return null;
        var number = double.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? new TreeNumber(number) : null;
    }

    /// <summary>Digits with Go's base prefixes: 0x, 0o, 0b, and a leading 0 for octal.</summary>
    private static TreeValue? Integer(string plain)
    {
        var isNegative = plain.StartsWith('-');
        var digits = plain.AsSpan(plain.Length > 0 && plain[0] is '-' or '+' ? 1 : 0);
        var (radix, skip) = Radix(digits);
        digits = digits[skip..];
        if (digits.IsEmpty)
            return null;
        BigInteger value = 0;
        foreach (var one in digits)
        {
            var digit = char.IsAsciiHexDigit(one) ? Convert.ToInt32(one.ToString(), 16) : radix;
            if (digit >= radix || value > ulong.MaxValue)
                return null;
            value = (value * radix) + digit;
        }

        if (isNegative)
            value = -value;
        if (value >= long.MinValue && value <= long.MaxValue)
            return TreeInteger.Of((long)value);
        // Beyond int64 Go keeps a uint64, which becomes a float when its JSON is read; what is bigger still is only a float if it looks like one.
        return value > 0 && value <= ulong.MaxValue ? new TreeNumber((double)(ulong)value) : null;
    }

    private static (int Radix, int Skip) Radix(ReadOnlySpan<char> digits)
    {
        if (digits.Length < 2 || digits[0] != '0')
            return (10, 0);
        return digits[1] switch
        {
            'x' or 'X' => (16, 2),
            'o' or 'O' => (8, 2),
            'b' or 'B' => (2, 2),
            _ => (8, 1),
        };
    }

    /// <summary>[-+]? then ".5", "5", "5." or "5.5", then an exponent.</summary>
    private static bool IsFloat(string plain)
    {
        var at = plain.Length > 0 && plain[0] is '-' or '+' ? 1 : 0;
        var whole = Digits(plain, ref at);
        var fraction = 0;
        if (at < plain.Length && plain[at] == '.')
        {
            at++;
            fraction = Digits(plain, ref at);
        }

        if (whole + fraction == 0)
            return false;
        if (at < plain.Length && plain[at] is 'e' or 'E')
        {
            at++;
            if (at < plain.Length && plain[at] is '-' or '+')
                at++;
            if (Digits(plain, ref at) == 0)
                return false;
        }

        return at == plain.Length;
    }

    private static int Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at - start;
    }

    private static TreeString Binary(string text)
    {
        try
        {
            return TreeString.Of(Encoding.UTF8.GetString(Convert.FromBase64String(text)));
        }
        catch (FormatException malformed)
        {
            throw new TreeFormatException("yaml: !!binary value contains invalid base64 data", malformed);
        }
    }
}
