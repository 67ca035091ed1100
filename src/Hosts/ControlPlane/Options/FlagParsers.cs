using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace ControlPlane;

/// <summary>Reads flag values; what is wrong is said in the words of upstream's flags.</summary>
internal static class FlagParsers
{
    /// <summary>Text as it is; of several the last counts.</summary>
    public static string Text(ArgumentResult result) => result.Tokens[^1].Value;

    /// <summary>Go's durations: "1h0m0s", "90s", "250ms".</summary>
    public static TimeSpan Duration(ArgumentResult result)
    {
        var text = Text(result);
        return TryDuration(text, out var value) ? value : Invalid<TimeSpan>(result, $"time: invalid duration \"{text}\"");
    }

    /// <summary>A whole number.</summary>
    public static int Integer(ArgumentResult result)
    {
        var text = Text(result);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
            : Invalid<int>(result, $"strconv.ParseInt: parsing \"{text}\": {(long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? "value out of range" : "invalid syntax")}");
    }

    /// <summary>A whole number that may be large.</summary>
    public static long LongInteger(ArgumentResult result)
    {
        var text = Text(result);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value
            : Invalid<long>(result, $"strconv.ParseInt: parsing \"{text}\": invalid syntax");
    }

    /// <summary>A number.</summary>
    public static double Number(ArgumentResult result)
    {
        var text = Text(result);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
            : Invalid<double>(result, $"strconv.ParseFloat: parsing \"{text}\": invalid syntax");
    }

    /// <summary>Is the switch on? Alone it is; the parser does not read what is not there.</summary>
    public static bool IsOn(ParseResult result, Option<string> flag) =>
        result.GetResult(flag) is { Implicit: false, Tokens.Count: 0 } || result.GetValue(flag) == FlagText.Of(true);

    /// <summary>What is said of a switch: --leader-elect=false.</summary>
    /// <returns>true or false.</returns>
    public static string? Switch(ArgumentResult result) => Text(result) switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => FlagText.Of(true),
        "0" or "f" or "F" or "false" or "FALSE" or "False" => FlagText.Of(false),
        var other => Invalid<string>(result, $"strconv.ParseBool: parsing \"{other}\": invalid syntax"),
    };

    /// <summary>Values after several flags, or after one with commas between them.</summary>
    public static string[] List(ArgumentResult result) =>
        [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    internal static bool TryDuration(string text, out TimeSpan value)
    {
        value = default;
        var isNegative = text.StartsWith('-');
        var at = isNegative || text.StartsWith('+') ? 1 : 0;
        if (text[at..] == "0")
            return true;
        var ticks = 0.0;
        if (at == text.Length)
            return false;
        while (at < text.Length)
        {
            var digits = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            var unit = at;
            while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.')
                at++;
            if (!double.TryParse(text.AsSpan(digits, unit - digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || Unit(text[unit..at]) is not { } length)
                return false;
            ticks += length * number;
        }

        if (ticks > TimeSpan.MaxValue.Ticks)
            return false;
        value = TimeSpan.FromTicks((long)(isNegative ? -ticks : ticks));
        return true;
    }

    private static T? Invalid<T>(ArgumentResult result, string why)
    {
        var name = (result.Parent as OptionResult)?.Option.Name ?? "";
        result.AddError($"invalid argument \"{Text(result)}\" for \"{name}\" flag: {why}");
        return default;
    }

    private static double? Unit(string name) => name switch
    {
        "ns" => TimeSpan.TicksPerMicrosecond / 1000.0,
        "us" or "µs" => TimeSpan.TicksPerMicrosecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        _ => null,
    };
}
