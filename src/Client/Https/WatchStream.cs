using System.Buffers.Binary;
using System.Text.Json;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client.Https;

/// <summary>Cuts a watch's body into frames and reads them: JSON documents in lines, or protobuf messages with their length before them.</summary>
internal sealed class WatchStream(Stream body, bool isProtobuf, int maxFrameBytes)
{
    private byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next event; null at the end.</summary>
    /// <exception cref="ApiException">The server tells that the watch cannot go on.</exception>
    /// <exception cref="IOException">The connection broke, or a frame is too large.</exception>
    public async ValueTask<WatchEvent<T>?> ReadAsync<T>(CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var scanned = 0;
        while (true)
        {
            if (TryFrame(ref scanned, out var offset, out var length))
                return Read<T>(_buffer.AsSpan(offset, length));
            if (!await FillAsync(cancel))
                return null;
        }
    }

    private bool TryFrame(ref int scanned, out int offset, out int length) =>
        isProtobuf ? TryMessage(out offset, out length) : TryLine(ref scanned, out offset, out length);

    private bool TryMessage(out int offset, out int length)
    {
        (offset, length) = (_start + 4, 0);
        if (_end - _start < 4)
            return false;
        var size = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start));
        if (size > maxFrameBytes)
            throw new IOException($"a watch event of {size} bytes is larger than {maxFrameBytes}");
        length = (int)size;
        if (_end - _start - 4 < length)
            return false;
        _start += 4 + length;
        return true;
    }

    private bool TryLine(ref int scanned, out int offset, out int length)
    {
        (offset, length) = (_start, 0);
        var newline = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
        if (newline < 0)
        {
            scanned = _end - _start;
            return false;
        }
        length = scanned + newline;
        scanned = 0;
        _start += length + 1;
        return true;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length > maxFrameBytes)
                throw new IOException($"a watch event is larger than {maxFrameBytes} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var read = await body.ReadAsync(_buffer.AsMemory(_end), cancel);
        _end += read;
        return read > 0;
    }

    private WatchEvent<T> Read<T>(ReadOnlySpan<byte> frame)
        where T : class, IApiObject<T> =>
        isProtobuf ? ReadProtobuf<T>(frame) : ReadJson<T>(frame);

    private static WatchEvent<T> ReadProtobuf<T>(ReadOnlySpan<byte> frame)
        where T : class, IApiObject<T>
    {
        var reader = new ProtobufReader(Envelope.IsEnvelope(frame) ? Envelope.Read(frame, out _) : frame);
        ReadOnlySpan<byte> type = [], item = [];
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                type = reader.Bytes();
            else if (tag == 18)
                item = RawOf(reader.Bytes());
            else
                reader.Skip(tag);
        }
        return Event<T>(type, item);
    }

    // RawExtension: {1: raw}
    private static ReadOnlySpan<byte> RawOf(ReadOnlySpan<byte> extension)
    {
        var reader = new ProtobufReader(extension);
        ReadOnlySpan<byte> raw = [];
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                raw = reader.Bytes();
            else
                reader.Skip(tag);
        }
        return raw;
    }

    private static WatchEvent<T> ReadJson<T>(ReadOnlySpan<byte> frame)
        where T : class, IApiObject<T>
    {
        var reader = new Utf8JsonReader(frame, new JsonReaderOptions { MaxDepth = JsonDecoder.MaxNesting });
        ReadOnlySpan<byte> type = [], item = [];
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            if (isType)
                type = reader.ValueSpan;
            else if (isObject)
                item = Documents.Value(ref reader, frame);
            else
                reader.Skip();
        }
        return Event<T>(type, item);
    }

    private static WatchEvent<T> Event<T>(ReadOnlySpan<byte> type, ReadOnlySpan<byte> item)
        where T : class, IApiObject<T>
    {
        if (type.SequenceEqual("ADDED"u8))
            return new(WatchEventType.Added, Documents.ReadOne<T>(item));
        if (type.SequenceEqual("MODIFIED"u8))
            return new(WatchEventType.Modified, Documents.ReadOne<T>(item));
        if (type.SequenceEqual("DELETED"u8))
            return new(WatchEventType.Deleted, Documents.ReadOne<T>(item));
        if (type.SequenceEqual("BOOKMARK"u8))
            return new(WatchEventType.Bookmark, Documents.ReadOne<T>(item));
        throw new ApiException(Documents.ReadStatus(item, 500));
    }
}
