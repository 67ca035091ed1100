using System.Runtime.CompilerServices;

namespace ControlPlane.Machinery.Serialization;

/// <summary>Reads a protobuf message. Unknown fields are skipped; what is no protobuf throws <see cref="DecodeException"/> and nothing else.</summary>
public ref struct ProtobufReader
{
    // gogo's readers have no bound but the stack; only JSONSchemaProps can nest without end.
    private const int MaxNesting = 512;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;
    private int _end;
    private int _depth;

    /// <summary>Reads these bytes.</summary>
    public ProtobufReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        _end = bytes.Length;
    }

    /// <summary>Has the message been read to its end?</summary>
    public readonly bool AtEnd => _position == _end;

    /// <summary>Moves behind the next field's tag; false at the end of the message.</summary>
    public bool NextField(out uint tag)
    {
        if (_position == _end)
        {
            tag = 0;
            return false;
        }
        var value = Varint();
        if (value > uint.MaxValue || value < 8)
            throw Malformed("illegal tag");
        tag = (uint)value;
        return true;
    }

    /// <summary>Enters a nested message; what it returns goes to <see cref="Leave"/>.</summary>
    public int Enter()
    {
        var length = Length();
        if (++_depth > MaxNesting)
            throw Malformed("nested too deeply");
        if ((_depth & 31) == 0 && !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Malformed("nested too deeply");
        var outer = _end;
        _end = _position + length;
        return outer;
    }

    /// <summary>Leaves a nested message that was read to its end.</summary>
    public void Leave(int outer)
    {
        _position = _end;
        _end = outer;
        _depth--;
    }

    /// <summary>Reads a variable-length integer.</summary>
    public ulong Varint()
    {
        if (_position < _end && _bytes[_position] < 0x80)
            return _bytes[_position++];
        return LongVarint();
    }

    /// <summary>Reads eight bytes, the lowest first.</summary>
    public ulong Fixed64() => System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Reads bytes that follow their length.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(Length());

    /// <summary>Skips a field that is not known.</summary>
    public void Skip(uint tag)
    {
        switch (tag & 7)
        {
            case 0:
                Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Bytes();
                break;
            case 3:
                SkipGroup();
                break;
            case 5:
                Take(4);
                break;
            default:
                throw Malformed("illegal wire type");
        }
    }

    /// <summary>An error at this place.</summary>
    public readonly DecodeException Malformed(string what) => new($"proto: {what} at byte {_position}");

    /// <summary>Moves behind the next tag if it is this one.</summary>
    internal bool TryTag(uint tag)
    {
        if (_position == _end)
            return false;
        var start = _position;
        if (Varint() == tag)
            return true;
        _position = start;
        return false;
    }

    private ulong LongVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position >= _end)
                throw Malformed("unexpected EOF");
            var octet = _bytes[_position++];
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
                return value;
        }
        throw Malformed("integer overflow");
    }

    private int Length()
    {
        var length = Varint();
        if (length > (ulong)(_end - _position))
            throw Malformed("unexpected EOF");
        return (int)length;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (_end - _position < length)
            throw Malformed("unexpected EOF");
        _position += length;
        return _bytes.Slice(_position - length, length);
    }

    // Groups are no part of Kubernetes; a skipped one ends at the matching tag, however deep others nest in it.
    private void SkipGroup()
    {
        for (var open = 1; open > 0;)
        {
            if (!NextField(out var tag))
                throw Malformed("unexpected EOF");
            if ((tag & 7) == 3)
                open++;
            else if ((tag & 7) == 4)
                open--;
            else
                Skip(tag);
        }
    }
}
