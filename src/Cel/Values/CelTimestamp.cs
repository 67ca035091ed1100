using System.Globalization;

namespace ControlPlane.Cel.Values;

/// <summary>A point in time: seconds since 1970 and nanoseconds in [0, 1e9), in the years 1 to 9999.</summary>
public readonly record struct CelTimestamp(long Seconds, int Nanoseconds) : IComparable<CelTimestamp>
{
    private const long SecondsMin = -62135596800;        // 0001-01-01T00:00:00Z
    private const long SecondsMax = 253402300799;        // 9999-12-31T23:59:59Z
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Is it in the years 1 to 9999?</summary>
    public bool InRange => Seconds is >= SecondsMin and <= SecondsMax;

    /// <summary>The calendar's view, in UTC; parts below 100 ns are lost.</summary>
    public DateTime Utc => DateTime.UnixEpoch.AddTicks(Seconds * TimeSpan.TicksPerSecond + Nanoseconds / 100);

    /// <summary>From the calendar.</summary>
    public static CelTimestamp FromUtc(DateTime utc)
    {
        var ticks = utc.Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest) - (rest < 0 ? 1 : 0);
        return new(seconds, (int)(rest < 0 ? rest + TimeSpan.TicksPerSecond : rest) * 100);
    }

    /// <summary>Moved by nanoseconds; null when that leaves the years 1 to 9999.</summary>
    public CelTimestamp? Add(long nanoseconds)
    {
        var total = (Int128)Seconds * NanosecondsPerSecond + Nanoseconds + nanoseconds;
        var seconds = (long)Int128.DivRem(total, NanosecondsPerSecond).Quotient;
        var rest = (int)(total - (Int128)seconds * NanosecondsPerSecond);
        var moved = rest < 0 ? new CelTimestamp(seconds - 1, rest + NanosecondsPerSecond) : new CelTimestamp(seconds, rest);
        return moved.InRange ? moved : null;
    }

    /// <summary>Nanoseconds from another to this one; null when they do not fit 64 bits.</summary>
    public long? Since(CelTimestamp other)
    {
        var total = ((Int128)Seconds - other.Seconds) * NanosecondsPerSecond + (Nanoseconds - other.Nanoseconds);
        return total >= long.MinValue && total <= long.MaxValue ? (long)total : null;
    }

    /// <summary>Reads RFC 3339 with up to nine fractional digits; false when it is none or out of range.</summary>
    public static bool TryParse(string text, out CelTimestamp timestamp)
    {
        timestamp = default;
        if (text.Length < 20 || text[10] is not ('T' or 't'))
            return false;
        var zoneAt = text.AsSpan(19).IndexOfAny("Zz+-");
        if (zoneAt < 0 || !TryFraction(text.AsSpan(19, zoneAt), out var nanoseconds) || !TryZone(text.AsSpan(19 + zoneAt), out var offset))
            return false;
        if (!DateTime.TryParseExact(
                text.AsSpan(0, 19).ToString().ToUpperInvariant(), "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var local))
            return false;
        timestamp = new(FromUtc(local).Seconds - offset, nanoseconds);
        return timestamp.InRange;
    }

    /// <inheritdoc/>
    public int CompareTo(CelTimestamp other) =>
        Seconds != other.Seconds ? Seconds.CompareTo(other.Seconds) : Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>RFC 3339 in UTC, with as many fractional digits as it needs.</summary>
    public override string ToString()
    {
        var whole = DateTime.UnixEpoch.AddSeconds(Seconds).ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture);
        return Nanoseconds == 0
            ? whole + "Z"
            : whole + "." + Nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0') + "Z";
    }

    private static bool TryFraction(ReadOnlySpan<char> text, out int nanoseconds)
    {
        nanoseconds = 0;
        if (text.IsEmpty)
            return true;
        if (text[0] != '.' || text.Length is < 2 or > 10 || text[1..].ContainsAnyExceptInRange('0', '9'))
            return false;
        for (var i = 1; i <= 9; i++)
            nanoseconds = nanoseconds * 10 + (i < text.Length ? text[i] - '0' : 0);
        return true;
    }

    private static bool TryZone(ReadOnlySpan<char> text, out int offsetSeconds)
    {
        offsetSeconds = 0;
        if (text is "Z" or "z")
            return true;
        if (text.Length != 6 || text[3] != ':'
            || !int.TryParse(text[1..3], NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 23
            || !int.TryParse(text[4..6], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) || minutes > 59)
            return false;
        offsetSeconds = (hours * 60 + minutes) * 60 * (text[0] == '-' ? -1 : 1);
        return true;
    }
}
