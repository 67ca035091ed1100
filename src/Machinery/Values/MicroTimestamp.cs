using System.Text;

namespace ControlPlane.Machinery.Values;

/// <summary>A time with microseconds (metav1.MicroTime), in UTC. Its default is the zero time, the year 1, which JSON shows as null.</summary>
public readonly record struct MicroTimestamp : IComparable<MicroTimestamp>
{
    private const long MicrosPerSecond = 1_000_000;

    private readonly long _micros; // since the year 1, so that the default is the zero time

    private MicroTimestamp(long micros) => _micros = micros;

    /// <summary>Was it never set?</summary>
    public bool IsZero => _micros == 0;

    /// <summary>Whole seconds since 1970.</summary>
    public long UnixSeconds => (_micros / MicrosPerSecond) - Timestamp.UnixEpochSeconds;

    /// <summary>The microseconds beyond the whole second.</summary>
    public int Microseconds => (int)(_micros % MicrosPerSecond);

    /// <summary>So many seconds since 1970 and microseconds beyond.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Before the year 1 or after 9999, or the microseconds make a second.</exception>
    public static MicroTimestamp FromUnix(long seconds, int microseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(microseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(microseconds, MicrosPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, -Timestamp.UnixEpochSeconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, Timestamp.LastSecond - Timestamp.UnixEpochSeconds);
        return new(((seconds + Timestamp.UnixEpochSeconds) * MicrosPerSecond) + microseconds);
    }

    /// <summary>That time, what is finer than a microsecond cut off.</summary>
    public static MicroTimestamp From(DateTimeOffset time) => new(time.UtcTicks / TimeSpan.TicksPerMicrosecond);

    /// <summary>The time as .NET has it.</summary>
    public DateTimeOffset ToDateTimeOffset() => new(_micros * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    /// <summary>Reads RFC 3339 with exactly six digits of a second, as upstream asks for.</summary>
    /// <exception cref="FormatException">It is no such time.</exception>
    public static MicroTimestamp Parse(string text) =>
        TryParse(Encoding.UTF8.GetBytes(text), out var time)
            ? time
            : throw new FormatException($"parsing time \"{text}\" as \"2006-01-02T15:04:05.000000Z07:00\" failed");

    /// <summary>Reads RFC 3339 with exactly six digits of a second, from UTF-8.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out MicroTimestamp time)
    {
        var isTime = TimeText.TryParse(utf8, out var seconds, out var micros, out var digits) && digits == 6;
        time = new((seconds * MicrosPerSecond) + micros);
        return isTime;
    }

    /// <inheritdoc/>
    public int CompareTo(MicroTimestamp other) => _micros.CompareTo(other._micros);

    /// <summary>RFC 3339 in UTC with six digits of a second.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[TimeText.MaxLength];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    /// <summary>Writes RFC 3339 in UTC; returns its length in bytes.</summary>
    internal int Format(Span<byte> utf8) => TimeText.Format(_micros / MicrosPerSecond, Microseconds, utf8);

    /// <summary>The time as .NET has it.</summary>
    public static implicit operator DateTimeOffset(MicroTimestamp time) => time.ToDateTimeOffset();

    /// <summary>Earlier?</summary>
    public static bool operator <(MicroTimestamp left, MicroTimestamp right) => left._micros < right._micros;

    /// <summary>Later?</summary>
    public static bool operator >(MicroTimestamp left, MicroTimestamp right) => left._micros > right._micros;

    /// <summary>Not later?</summary>
    public static bool operator <=(MicroTimestamp left, MicroTimestamp right) => left._micros <= right._micros;

    /// <summary>Not earlier?</summary>
    public static bool operator >=(MicroTimestamp left, MicroTimestamp right) => left._micros >= right._micros;
}
