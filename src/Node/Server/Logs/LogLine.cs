using System.Globalization;
using System.Text;

namespace ControlPlane.Node.Server.Logs;

/// <summary>
/// One line of a container's log as runtimes write it: <c>2026-01-02T03:04:05.123456789Z stdout F text</c>. The tag <c>P</c> in place of <c>F</c> says that the
/// program's line goes on in the next one.
/// </summary>
/// <param name="Time">The time as it stands there.</param>
/// <param name="IsError">stderr?</param>
/// <param name="IsPartial">Does the program's line go on?</param>
/// <param name="Content">What the program wrote, without the line's end.</param>
internal readonly record struct LogLine(string Time, bool IsError, bool IsPartial, ReadOnlyMemory<byte> Content)
{
    /// <summary>The time as a moment.</summary>
    public DateTimeOffset At => DateTimeOffset.Parse(Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Reads a line without its line feed; false where it has another form.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> line, out LogLine parsed)
    {
        parsed = default;
        var (time, afterTime) = Cut(line.Span);
        var (stream, afterStream) = Cut(line.Span[afterTime..]);
        var (tags, afterTags) = Cut(line.Span[(afterTime + afterStream)..]);
        if (time.IsEmpty || tags.IsEmpty || !(stream.SequenceEqual("stdout"u8) || stream.SequenceEqual("stderr"u8)))
            return false;
        var text = Encoding.ASCII.GetString(time);
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
            return false;
        parsed = new LogLine(text, stream[3] == (byte)'e', tags[0] == (byte)'P', line[(afterTime + afterStream + afterTags)..]);
        return true;
    }

    private static (bool Found, int Next) Space(ReadOnlySpan<byte> text) => text.IndexOf((byte)' ') is >= 0 and var at ? (true, at + 1) : (false, text.Length);

    private static Word Cut(ReadOnlySpan<byte> text)
    {
        var (found, next) = Space(text);
        return new Word(text[..(found ? next - 1 : next)], next);
    }

    private readonly ref struct Word(ReadOnlySpan<byte> text, int next)
    {
        private readonly ReadOnlySpan<byte> _text = text;

        public void Deconstruct(out ReadOnlySpan<byte> word, out int after)
        {
            word = _text;
            after = next;
        }
    }
}
