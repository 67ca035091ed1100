using System.Text;

namespace ControlPlane.Machinery.Serialization;

/// <summary>
/// Writes a protobuf message backwards, from the end of a growing buffer: a nested message's length is known when its length prefix is written, so nothing
/// is measured first. Callers therefore write the last field first, and of each field the value before its tag.
/// </summary>
/// <remarks>Not for more than one thread at a time.</remarks>
public sealed class ProtobufWriter
{
    private byte[] _buffer;
    private int _start;

    /// <summary>With room for so many bytes to begin with.</summary>
    public ProtobufWriter(int capacity = 4096)
    {
        _buffer = new byte[capacity];
        _start = capacity;
    }

    /// <summary>How many bytes were written.</summary>
    public int Length => _buffer.Length - _start;

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(_start);

    /// <summary>Forgets what was written, keeps the buffer.</summary>
    public void Clear() => _start = _buffer.Length;

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => WrittenSpan.ToArray();

    /// <summary>Writes the length of all that was written since the writer had that length.</summary>
    public void LengthSince(int length) => Varint((uint)(Length - length));

    /// <summary>Writes a tag: field number * 8 + wire type.</summary>
    public void Tag(uint tag) => Varint(tag);

    /// <summary>Writes a variable-length integer; negative ones take ten bytes.</summary>
    public void Varint(ulong value)
    {
        if (value < 0x80)
        {
            Reserve(1)[0] = (byte)value;
            return;
        }
        var size = (70 - System.Numerics.BitOperations.LeadingZeroCount(value)) / 7;
        var room = Reserve(size);
        for (var i = 0; i < size - 1; i++)
        {
            room[i] = (byte)(value | 0x80);
            value >>= 7;
        }
        room[size - 1] = (byte)value;
    }

    /// <summary>Writes eight bytes, the lowest first.</summary>
    public void Fixed64(ulong value) => System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);

    /// <summary>Writes bytes without a length.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Writes bytes with their length.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Raw(bytes);
        Varint((uint)bytes.Length);
    }

    /// <summary>Writes a text with its length.</summary>
    public void String(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, Reserve(length));
        Varint((uint)length);
    }

    private Span<byte> Reserve(int size)
    {
        if (_start < size)
            Grow(size);
        _start -= size;
        return _buffer.AsSpan(_start, size);
    }

    private void Grow(int size)
    {
        var length = Length;
        var larger = new byte[Math.Max(_buffer.Length * 2, checked(length + size))];
        WrittenSpan.CopyTo(larger.AsSpan(larger.Length - length));
        _buffer = larger;
        _start = larger.Length - length;
    }
}
