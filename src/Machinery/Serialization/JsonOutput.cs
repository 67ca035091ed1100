using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace ControlPlane.Machinery.Serialization;

/// <summary>Writes JSON as Go's encoding/json does (HTML-safe escapes, no white space) into a buffer that grows and can be used again.</summary>
/// <remarks>
/// Every member is written with a leading comma, <c>,"name":value</c>; ending an object or array turns its first comma into the opening bracket.
/// So writing needs no state between members. Not for more than one thread at a time.
/// </remarks>
public sealed class JsonOutput
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\', '<', '>', '&', '\u2028', '\u2029', .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    private byte[] _buffer;

    /// <summary>With room for so many bytes to begin with.</summary>
    public JsonOutput(int capacity = 4096) => _buffer = new byte[capacity];

    /// <summary>Lists and maps that are empty, yet not nil, are written where Go's omitempty leaves them out.</summary>
    public bool KeepsEmpty { get; init; }

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, Length);

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written, keeps the buffer.</summary>
    public void Clear() => Length = 0;

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Begins an object or array; what it returns goes to its end.</summary>
    public int Begin() => Length;

    /// <summary>Ends an object.</summary>
    public void EndObject(int start) => End(start, (byte)'{', (byte)'}');

    /// <summary>Ends an array, whose items were each preceded by <see cref="Comma"/>.</summary>
    public void EndArray(int start) => End(start, (byte)'[', (byte)']');

    /// <summary>Stands before every item of an array.</summary>
    public void Comma() => Raw(","u8);

    /// <summary>Writes bytes that are already JSON. A field's name is given as <c>,"name":</c>.</summary>
    public void Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Reserve(utf8.Length));
        Length += utf8.Length;
    }

    /// <summary>Writes the name of a member: a map's key.</summary>
    public void Name(string name)
    {
        Comma();
        String(name);
        Raw(":"u8);
    }

    /// <summary>Writes null.</summary>
    public void Null() => Raw("null"u8);

    /// <summary>Writes a truth.</summary>
    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>Writes an integer.</summary>
    public void Integer(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var written);
        Length += written;
    }

    /// <summary>Writes a number in the shortest form that reads back the same.</summary>
    public void Number(double value)
    {
        Ascii(value.ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>Writes a text.</summary>
    public void String(string value)
    {
        var plain = value.AsSpan().IndexOfAny(Escaped);
        if (plain >= 0)
        {
            EscapedString(value);
            return;
        }
        var room = Reserve((value.Length * 3) + 2);
        room[0] = (byte)'"';
        var written = Encoding.UTF8.GetBytes(value, room[1..]);
        room[written + 1] = (byte)'"';
        Length += written + 2;
    }

    /// <summary>Writes a text of plain ASCII letters, digits and signs within quotes.</summary>
    internal void QuotedAscii(ReadOnlySpan<char> value)
    {
        Raw("\""u8);
        Ascii(value);
        Raw("\""u8);
    }

    /// <summary>Writes bytes as base64.</summary>
    public void Base64(ReadOnlySpan<byte> value)
    {
        var room = Reserve(Base64Length(value.Length) + 2);
        room[0] = (byte)'"';
        System.Buffers.Text.Base64.EncodeToUtf8(value, room[1..], out _, out var written);
        room[written + 1] = (byte)'"';
        Length += written + 2;
    }

    /// <summary>Room for the caller to write into; <see cref="Advance"/> says how much was used.</summary>
    internal Span<byte> Reserve(int size)
    {
        if (_buffer.Length - Length < size)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, checked(Length + size)));
        return _buffer.AsSpan(Length);
    }

    internal void Advance(int size) => Length += size;

    private static int Base64Length(int bytes) => (bytes + 2) / 3 * 4;

    private void End(int start, byte open, byte close)
    {
        if (Length == start)
        {
            Reserve(2)[0] = open;
            Length++;
        }
        else
        {
            _buffer[start] = open;
        }
        Reserve(1)[0] = close;
        Length++;
    }

    private void Ascii(ReadOnlySpan<char> text)
    {
        var room = Reserve(text.Length);
        for (var i = 0; i < text.Length; i++)
            room[i] = (byte)text[i];
        Length += text.Length;
    }

    private void EscapedString(string value)
    {
        Raw("\""u8);
        foreach (var rune in value.EnumerateRunes())
        {
            var room = Reserve(6);
            Length += rune.Value switch
            {
                '"' => Put(room, "\\\""u8),
                '\\' => Put(room, "\\\\"u8),
                '\n' => Put(room, "\\n"u8),
                '\r' => Put(room, "\\r"u8),
                '\t' => Put(room, "\\t"u8),
                '\b' => Put(room, "\\b"u8),
                '\f' => Put(room, "\\f"u8),
                < 0x20 or '<' or '>' or '&' or 0x2028 or 0x2029 => Hex(room, rune.Value),
                _ => rune.EncodeToUtf8(room),
            };
        }
        Raw("\""u8);
    }

    private static int Put(Span<byte> room, ReadOnlySpan<byte> escape)
    {
        escape.CopyTo(room);
        return escape.Length;
    }

    private static int Hex(Span<byte> room, int value)
    {
        Put(room, "\\u"u8);
        Utf8Formatter.TryFormat((uint)value, room[2..], out _, new StandardFormat('x', 4));
        return 6;
    }
}
