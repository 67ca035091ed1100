using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace ControlPlane.Machinery.Values;

/// <summary>A time with seconds (metav1.Time), in UTC. Its default is the zero time, the year 1, which JSON shows as null.</summary>
public readonly record struct Timestamp : IComparable<Timestamp>
{
    internal const long UnixEpochSeconds = 62_135_596_800; // from the year 1 to 1970
    internal const long LastSecond = 315_537_897_599; // 9999-12-31T23:59:59Z: RFC 3339 has no later year

    private readonly long _seconds; // since the year 1, so that the default is the zero time

    private Timestamp(long seconds) => _seconds = seconds;

    /// <summary>Was it never set?</summary>
    public bool IsZero => _seconds == 0;

    /// <summary>Seconds since 1970.</summary>
    public long UnixSeconds => _seconds - UnixEpochSeconds;

    /// <summary>So many seconds since 1970.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Before the year 1 or after 9999.</exception>
    public static Timestamp FromUnixSeconds(long seconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, -UnixEpochSeconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, LastSecond - UnixEpochSeconds);
        return new(seconds + UnixEpochSeconds);
    }

    /// <summary>That time, its fraction of a second cut off.</summary>
    public static Timestamp From(DateTimeOffset time) => new(time.UtcTicks / TimeSpan.TicksPerSecond);

    /// <summary>The time as .NET has it.</summary>
    public DateTimeOffset ToDateTimeOffset() => new(_seconds * TimeSpan.TicksPerSecond, TimeSpan.Zero);

    /// <summary>Reads RFC 3339 ("2006-01-02T15:04:05Z", with any offset and fraction).</summary>
    /// <exception cref="FormatException">It is no such time.</exception>
    public static Timestamp Parse(string text) =>
        TryParse(Encoding.UTF8.GetBytes(text), out var time) ? time : throw new FormatException($"parsing time \"{text}\" as RFC 3339 failed");

    /// <summary>Reads RFC 3339.</summary>
    public static bool TryParse(string text, out Timestamp time) => TryParse(Encoding.UTF8.GetBytes(text), out time);

    /// <summary>Reads RFC 3339 from UTF-8.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Timestamp time)
    {
        var isTime = TimeText.TryParse(utf8, out var seconds, out _, out _);
        time = new(seconds);
        return isTime;
    }

    /// <summary>Later by so much, to the second.</summary>
    public Timestamp Add(TimeSpan duration) => From(ToDateTimeOffset() + duration);

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => _seconds.CompareTo(other._seconds);

    /// <summary>RFC 3339 in UTC; "&lt;nil&gt;"-free: the zero time is the year 1.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[TimeText.MaxLength];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    /// <summary>Writes RFC 3339 in UTC; returns its length in bytes.</summary>
    internal int Format(Span<byte> utf8) => TimeText.Format(_seconds, -1, utf8);

    /// <summary>The time as .NET has it.</summary>
    public static implicit operator DateTimeOffset(Timestamp time) => time.ToDateTimeOffset();

    /// <summary>Earlier?</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left._seconds < right._seconds;

    /// <summary>Later?</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left._seconds > right._seconds;

    /// <summary>Not later?</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left._seconds <= right._seconds;

    /// <summary>Not earlier?</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left._seconds >= right._seconds;
}
