using System.Globalization;

namespace ControlPlane.Resources.Batch;

/// <summary>One field of a schedule: the values that it may have, as bits.</summary>
/// <param name="Min">The least value.</param>
/// <param name="Max">The greatest.</param>
/// <param name="Names">Names of values, from the least on.</param>
internal sealed record CronField(int Min, int Max, string[] Names)
{
    /// <summary>Set where the field restricts nothing.</summary>
    internal const ulong Star = 1UL << 63;

    internal static readonly CronField Minute = new(0, 59, []);
    internal static readonly CronField Hour = new(0, 23, []);
    internal static readonly CronField Day = new(1, 31, []);
    internal static readonly CronField Month = new(1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);
    internal static readonly CronField Weekday = new(0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

    /// <summary>Reads "*", "*/5", "1-5", "mon,wed", "10-30/5".</summary>
    /// <exception cref="FormatException">It is no such field; the text is the parser's.</exception>
    internal static ulong Parse(string text, CronField field)
    {
        var bits = 0UL;
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            bits |= field.Range(part);
        return bits;
    }

    private ulong Range(string text)
    {
        var steps = text.Split('/');
        var ends = steps[0].Split('-');
        var (start, end, extra) = ends[0] is "*" or "?" ? (Min, Max, Star) : Ends(text, ends);
        var step = 1;
        if (steps.Length > 2)
            throw new FormatException($"too many slashes: {text}");
        if (steps.Length == 2)
        {
            step = Number(steps[1]);
            if (ends.Length == 1)
                end = Max;
            if (step > 1)
                extra = 0;
        }

        Check(start, end, step, text);
        return Bits(start, end, step) | extra;
    }

    private (int Start, int End, ulong Extra) Ends(string text, string[] ends)
    {
        var start = NumberOrName(ends[0]);
        return ends.Length switch
        {
            1 => (start, start, 0),
            2 => (start, NumberOrName(ends[1]), 0),
            _ => throw new FormatException($"too many hyphens: {text}"),
        };
    }

    private void Check(int start, int end, int step, string text)
    {
        if (start < Min)
            throw new FormatException($"beginning of range ({start}) below minimum ({Min}): {text}");
        if (end > Max)
            throw new FormatException($"end of range ({end}) above maximum ({Max}): {text}");
        if (start > end)
            throw new FormatException($"beginning of range ({start}) beyond end of range ({end}): {text}");
        if (step == 0)
            throw new FormatException($"step of range should be a positive number: {text}");
    }

    private int NumberOrName(string text)
    {
        var name = Array.IndexOf(Names, text.ToLowerInvariant());
        return name < 0 ? Number(text) : Min + name;
    }

    private static int Number(string text)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new FormatException($"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax");
        return number >= 0 ? number : throw new FormatException($"negative number ({number}) not allowed: {text}");
    }

    private static ulong Bits(int start, int end, int step)
    {
        var bits = 0UL;
        for (var value = start; value <= end; value += step)
            bits |= 1UL << value;
        return bits;
    }
}
