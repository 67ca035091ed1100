using System.CommandLine.Parsing;
using System.Globalization;

namespace ControlPlane;

/// <summary>Reads flag values that have a form of their own.</summary>
internal static class FlagParsers
{
    /// <summary>Go's durations: "1h0m0s", "90s", "250ms".</summary>
    public static TimeSpan Duration(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (TryDuration(text, out var value))
            return value;
        result.AddError($"invalid duration \"{text}\": write it as 300ms, 10s, 5m or 1h30m");
        return default;
    }

    /// <summary>Values after several flags, or after one with commas between them.</summary>
    public static string[] List(ArgumentResult result) =>
        [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    internal static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        if (text == "0")
            return true;
        var at = 0;
        while (at < text.Length)
        {
            var digits = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            var unit = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
                at++;
            if (!double.TryParse(text.AsSpan(digits, unit - digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || Unit(text[unit..at]) is not { } length)
                return false;
            value += length * number;
        }

        return text.Length > 0;
    }

    private static TimeSpan? Unit(string name) => name switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        _ => null,
    };
}
