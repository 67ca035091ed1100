using System.Globalization;
using System.Text;

namespace ControlPlane.Machinery.Trees;

/// <summary>Values in the texts that Go prints, which upstream's messages contain.</summary>
public static class GoText
{
    /// <summary>%q: quoted, with Go's escapes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var one in text)
        {
            _ = one switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                < ' ' or '\x7f' => quoted.Append("\\x").Append(((int)one).ToString("x2", CultureInfo.InvariantCulture)),
                _ => quoted.Append(one),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>%v of a floating point number: 10, 1.5, 2.147483647e+09 (strconv: exponents from 6 on and below -4 are written as such).</summary>
    public static string Number(double value)
    {
        if (value == 0)
            return "0";
        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(scientific[(scientific.IndexOf('E', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        if (exponent is >= -4 and < 6)
            return value.ToString("0.####################", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var digits = string.Concat(shortest.TakeWhile(one => one != 'E').Where(char.IsAsciiDigit)).Trim('0');
        var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        return string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    /// <summary>%v of a decoded value: map[a:1 b:[x y]], &lt;nil&gt;.</summary>
    public static string Print(TreeValue value) => value switch
    {
        TreeObject members => $"map[{string.Join(' ', members.Select(member => $"{member.Name}:{Print(member.Value)}"))}]",
        TreeList items => $"[{string.Join(' ', items.Select(Print))}]",
        TreeString text => text.Value,
        TreeNull => "<nil>",
        _ => value.ToString(),
    };
}
