using System.Buffers;
using System.Buffers.Text;

namespace ControlPlane.Machinery.Values;

/// <summary>RFC 3339 as Go reads and writes it.</summary>
internal static class TimeText
{
    public const int MaxLength = 32;

    private const int DateAndTime = 19; // 2006-01-02T15:04:05

    /// <summary>Reads a time.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="seconds">Since the year 1, in UTC.</param>
    /// <param name="micros">Beyond the second.</param>
    /// <param name="digits">How many digits of a second were given.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out long seconds, out int micros, out int digits)
    {
        (seconds, micros, digits) = (0, 0, 0);
        if (utf8.Length <= DateAndTime || !TryParseDateAndTime(utf8[..DateAndTime], out seconds))
            return false;
        var rest = utf8[DateAndTime..];
        if (rest[0] is (byte)'.' or (byte)',')
        {
            digits = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits < 1)
                return false;
            for (var i = 0; i < 6; i++)
                micros = (micros * 10) + (i < digits ? rest[1 + i] - '0' : 0);
            rest = rest[(digits + 1)..];
        }
        if (!TryParseOffset(rest, out var offset))
            return false;
        seconds -= offset;
        return seconds is >= 0 and <= Timestamp.LastSecond;
    }

    /// <summary>Writes a time; returns its length in bytes.</summary>
    /// <param name="seconds">Since the year 1.</param>
    /// <param name="micros">Beyond the second; below 0 to write none.</param>
    /// <param name="utf8">Where to.</param>
    public static int Format(long seconds, int micros, Span<byte> utf8)
    {
        var time = new DateTime(seconds * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        time.TryFormat(utf8, out var length, "yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        if (micros >= 0)
        {
            utf8[length++] = (byte)'.';
            Utf8Formatter.TryFormat((uint)micros, utf8[length..], out _, new StandardFormat('D', 6));
            length += 6;
        }
        utf8[length] = (byte)'Z';
        return length + 1;
    }

    private static bool TryParseDateAndTime(ReadOnlySpan<byte> text, out long seconds)
    {
        seconds = 0;
        if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
            return false;
        if (!TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day))
            return false;
        if (!TryDigits(text[11..13], out var hour) || !TryDigits(text[14..16], out var minute) || !TryDigits(text[17..19], out var second))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        seconds = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerSecond;
        return true;
    }

    private static bool TryParseOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.Length == 1)
            return text[0] == 'Z';
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':')
            return false;
        if (!TryDigits(text[1..3], out var hours) || !TryDigits(text[4..6], out var minutes) || hours > 23 || minutes > 59)
            return false;
        seconds = ((hours * 60) + minutes) * 60 * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            number = (number * 10) + digit - '0';
        }
        return true;
    }
}
