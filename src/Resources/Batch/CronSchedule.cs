using System.Globalization;

namespace ControlPlane.Resources.Batch;

/// <summary>
/// When a CronJob runs: five fields (minute, hour, day of month, month, day of week) or one of the descriptors (@daily, @every 1h30m), as robfig/cron v3 reads them.
/// Where both days are restricted, either is enough.
/// </summary>
public sealed class CronSchedule
{
    private const int YearsSearched = 5; // robfig/cron: a schedule that is never met within five years never is
    private readonly (ulong Minutes, ulong Hours, ulong Days, ulong Months, ulong Weekdays) _at;
    private readonly TimeSpan? _every;

    private CronSchedule((ulong, ulong, ulong, ulong, ulong) at, TimeSpan? every) => (_at, _every) = (at, every);

    /// <summary>Reads a schedule.</summary>
    /// <param name="complaint">What is wrong with it, in the parser's words; null when it is one.</param>
    public static CronSchedule? TryParse(string text, out string? complaint)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            complaint = null;
            return Parse(text);
        }
        catch (FormatException wrong)
        {
            complaint = wrong.Message;
            return null;
        }
    }

    /// <summary>The first time after that one, in its offset; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        if (_every is { } every)
            return new DateTimeOffset(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond), after.Offset) + every;
        var time = new DateTimeOffset(after.Ticks - (after.Ticks % TimeSpan.TicksPerMinute), after.Offset).AddMinutes(1);
        var last = after.AddYears(YearsSearched);
        while (time <= last)
        {
            if (!Has(_at.Months, time.Month))
                time = new DateTimeOffset(time.Year, time.Month, 1, 0, 0, 0, time.Offset).AddMonths(1);
            else if (!IsDay(time))
                time = new DateTimeOffset(time.Date, time.Offset).AddDays(1);
            else if (!Has(_at.Hours, time.Hour))
                time = new DateTimeOffset(time.Date, time.Offset).AddHours(time.Hour + 1);
            else if (!Has(_at.Minutes, time.Minute))
                time = time.AddMinutes(1);
            else
                return time;
        }

        return null;
    }

    private static CronSchedule Parse(string text)
    {
        if (text.Length == 0)
            throw new FormatException("empty spec string");
        if (text.StartsWith('@'))
            return Descriptor(text);
        var fields = text.Split([' ', '\t', '\n', '\r', '\v', '\f'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
            throw new FormatException($"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]");
        return new(
            (CronField.Parse(fields[0], CronField.Minute), CronField.Parse(fields[1], CronField.Hour), CronField.Parse(fields[2], CronField.Day),
                CronField.Parse(fields[3], CronField.Month), CronField.Parse(fields[4], CronField.Weekday)),
            null);
    }

    private static CronSchedule Descriptor(string text)
    {
        switch (text)
        {
            case "@yearly" or "@annually":
                return Parse("0 0 1 1 *");
            case "@monthly":
                return Parse("0 0 1 * *");
            case "@weekly":
                return Parse("0 0 * * 0");
            case "@daily" or "@midnight":
                return Parse("0 0 * * *");
            case "@hourly":
                return Parse("0 * * * *");
        }

        const string Every = "@every ";
        if (!text.StartsWith(Every, StringComparison.Ordinal))
            throw new FormatException($"unrecognized descriptor: {text}");
        if (GoDuration(text[Every.Length..]) is not { } every)
            throw new FormatException($"failed to parse duration {text}: time: invalid duration \"{text[Every.Length..]}\"");
        var seconds = Math.Max(1, (long)every.TotalSeconds);
        return new(default, TimeSpan.FromSeconds(seconds));
    }

    // Go counts nanoseconds in 64 bits.
    private const double SecondsMax = long.MaxValue / 1e9;

    private static TimeSpan? GoDuration(string text)
    {
        var (sum, at) = (0.0, 0);
        while (at < text.Length)
        {
            var from = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            if (!double.TryParse(text.AsSpan(from, at - from), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            var (seconds, length) = text.AsSpan(at) switch
            {
                ['m', 's', ..] => (0.001, 2),
                ['h', ..] => (3600.0, 1),
                ['m', ..] => (60.0, 1),
                ['s', ..] => (1.0, 1),
                _ => (0.0, 0),
            };
            if (length == 0)
                return null;
            sum += number * seconds;
            at += length;
        }

        return text.Length == 0 || sum > SecondsMax ? null : TimeSpan.FromSeconds(sum);
    }

    private bool IsDay(DateTimeOffset time)
    {
        var (ofMonth, ofWeek) = (Has(_at.Days, time.Day), Has(_at.Weekdays, (int)time.DayOfWeek));
        return (_at.Days & CronField.Star) != 0 || (_at.Weekdays & CronField.Star) != 0 ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private static bool Has(ulong set, int value) => (set & (1UL << value)) != 0;
}
