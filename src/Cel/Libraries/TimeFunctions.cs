using System.Globalization;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>Timestamps and durations: made from text, and taken apart in UTC or a time zone.</summary>
internal static class TimeFunctions
{
    private const long Second = 1_000_000_000;

    public static void Declare(CelDeclarations declare)
    {
        declare.Function("timestamp", "string_to_timestamp", [CelType.String], CelType.Timestamp, arguments => ParseTimestamp(arguments[0].AsString));
        declare.Function("timestamp", "int64_to_timestamp", [CelType.Int], CelType.Timestamp, arguments => FromSeconds(arguments[0].AsInt));
        declare.Function("timestamp", "timestamp_to_timestamp", [CelType.Timestamp], CelType.Timestamp, arguments => arguments[0]);
        declare.Function("duration", "string_to_duration", [CelType.String], CelType.Duration, arguments => ParseDuration(arguments[0].AsString));
        declare.Function("duration", "int64_to_duration", [CelType.Int], CelType.Duration, arguments => CelValue.DurationOf(arguments[0].AsInt));
        declare.Function("duration", "duration_to_duration", [CelType.Duration], CelType.Duration, arguments => arguments[0]);

        Part(declare, "getFullYear", time => time.Year);
        Part(declare, "getMonth", time => time.Month - 1);
        Part(declare, "getDate", time => time.Day);
        Part(declare, "getDayOfMonth", time => time.Day - 1);
        Part(declare, "getDayOfWeek", time => (int)time.DayOfWeek);
        Part(declare, "getDayOfYear", time => time.DayOfYear - 1);
        Part(declare, "getHours", time => time.Hour);
        Part(declare, "getMinutes", time => time.Minute);
        Part(declare, "getSeconds", time => time.Second);
        Part(declare, "getMilliseconds", time => time.Millisecond);
        DurationPart(declare, "getHours", nanoseconds => nanoseconds / (3600 * Second));
        DurationPart(declare, "getMinutes", nanoseconds => nanoseconds / (60 * Second));
        DurationPart(declare, "getSeconds", nanoseconds => nanoseconds / Second);
        DurationPart(declare, "getMilliseconds", nanoseconds => nanoseconds / 1_000_000 % 1000);
    }

    /// <summary>Seconds with as many decimals as they need, as cel-go writes a duration.</summary>
    public static string DurationText(long nanoseconds)
    {
        var absolute = (UInt128)Int128.Abs(nanoseconds);
        var fraction = ((long)(absolute % Second)).ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        var whole = (absolute / Second).ToString(CultureInfo.InvariantCulture);
        return (nanoseconds < 0 ? "-" : "") + whole + (fraction.Length > 0 ? "." + fraction : "") + "s";
    }

    /// <summary>Reads Go's form: <c>1h30m</c>, <c>-1.5s</c>, <c>100ms</c>; null when it is none or does not fit.</summary>
    public static long? TryParseDuration(string text)
    {
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
            rest = rest[1..];
        if (rest is "0")
            return 0;
        if (rest.IsEmpty)
            return null;
        decimal total = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..];
            var letters = rest.IndexOfAny("0123456789.") is >= 0 and var end ? end : rest.Length;
            if (Unit(rest[..letters]) is not { } unit || number > decimal.MaxValue / unit / 2)
                return null;
            total += number * unit;
            if (total > (decimal)long.MaxValue + 1)
                return null;
            rest = rest[letters..];
        }
        total = decimal.Truncate(negative ? -total : total);
        return total >= long.MinValue && total <= long.MaxValue ? (long)total : null;
    }

    private static long? Unit(ReadOnlySpan<char> unit) => unit switch
    {
        "ns" => 1,
        "us" or "µs" or "μs" => 1000,
        "ms" => 1_000_000,
        "s" => Second,
        "m" => 60 * Second,
        "h" => 3600 * Second,
        _ => null,
    };

    private static CelValue ParseDuration(string text) => TryParseDuration(text) is { } nanoseconds
        ? CelValue.DurationOf(nanoseconds)
        : CelValue.Error($"range error or invalid duration: {text}");

    private static CelValue ParseTimestamp(string text) => CelTimestamp.TryParse(text, out var timestamp)
        ? CelValue.Of(timestamp)
        : CelValue.Error($"range error or invalid timestamp: {text}");

    private static CelValue FromSeconds(long seconds)
    {
        var timestamp = new CelTimestamp(seconds, 0);
        return timestamp.InRange ? CelValue.Of(timestamp) : CelValue.Error(CelError.TimeRange);
    }

    private static void Part(CelDeclarations declare, string name, Func<DateTime, int> part)
    {
        declare.Method(name, $"timestamp_{name}", [CelType.Timestamp], CelType.Int, arguments =>
            CelValue.Of((long)part(arguments[0].AsTimestamp.Utc)));
        declare.Method(name, $"timestamp_{name}_with_tz", [CelType.Timestamp, CelType.String], CelType.Int, arguments =>
            InZone(arguments[0].AsTimestamp.Utc, arguments[1].AsString) is { } local
                ? CelValue.Of((long)part(local))
                : CelValue.Error($"unknown time zone {arguments[1].AsString}"));
    }

    private static void DurationPart(CelDeclarations declare, string name, Func<long, long> part) =>
        declare.Method(name, $"duration_{name}", [CelType.Duration], CelType.Int, arguments => CelValue.Of(part(arguments[0].AsNanoseconds)));

    private static DateTime? InZone(DateTime utc, string zone)
    {
        if (zone.Contains(':', StringComparison.Ordinal))
            return TryOffset(zone, out var offset) ? Clamp(utc, offset) : null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone.Length == 0 ? "UTC" : zone, out var found) ? Clamp(utc, found.GetUtcOffset(utc)) : null;
    }

    /// <summary>At the ends of the calendar the offset may lead out of it.</summary>
    private static DateTime Clamp(DateTime utc, TimeSpan offset) =>
        new(Math.Clamp(utc.Ticks + offset.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), DateTimeKind.Unspecified);

    private static bool TryOffset(string zone, out TimeSpan offset)
    {
        offset = default;
        var negative = zone.StartsWith('-');
        var parts = zone.TrimStart('-', '+').Split(':');
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 23
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || minutes > 59)
            return false;
        offset = TimeSpan.FromMinutes((hours * 60 + minutes) * (negative ? -1 : 1));
        return true;
    }
}
