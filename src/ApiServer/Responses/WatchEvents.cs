using System.Buffers;
using System.Buffers.Binary;
using ControlPlane.Registry;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;

namespace ControlPlane.ApiServer.Responses;

/// <summary>
/// Writes the events of one watch. JSON: one document a line. Protobuf: frames of a length (four bytes, big-endian) and a WatchEvent {1: type,
/// 2: {1: the object in its envelope}}. The object's bytes are the cache's own, so that an event is encoded once for all watchers.
/// </summary>
internal sealed class WatchEvents(QueryParameters query, ServedResource resource, Representation form, TimeProvider time)
{
    /// <summary>Events are gathered to this size when there are many: a frame of HTTP/2. It is what a watch holds whose client takes its time.</summary>
    public const int FlushBytes = 16 * 1024;

    private readonly TableWriter.Include _include = form.Shape == ObjectShape.Table ? TableWriter.ReadInclude(query) : TableWriter.Include.None;
    private bool _toldColumns;

    /// <summary>Writes one event.</summary>
    public void Write(IBufferWriter<byte> to, WatchItem item)
    {
        var type = TypeName(item.Type);
        if (form.MediaType == MediaTypes.Protobuf)
            Frame(to, type, ProtobufOf(item));
        else
            Line(to, type, JsonOf(item));
    }

    /// <summary>Writes what ends the watch: an ERROR event with the Status.</summary>
    public void WriteError(IBufferWriter<byte> to, Status status)
    {
        if (form.MediaType == MediaTypes.Protobuf)
            Frame(to, "ERROR"u8, Envelope.Write(status));
        else
            Line(to, "ERROR"u8, Json.Encode(status));
    }

    private static ReadOnlySpan<byte> TypeName(WatchEventType type) => type switch
    {
        WatchEventType.Added => "ADDED"u8,
        WatchEventType.Modified => "MODIFIED"u8,
        WatchEventType.Deleted => "DELETED"u8,
        _ => "BOOKMARK"u8,
    };

    private static void Line(IBufferWriter<byte> to, ReadOnlySpan<byte> type, ReadOnlyMemory<byte> json)
    {
        to.Write("{\"type\":\""u8);
        to.Write(type);
        to.Write("\",\"object\":"u8);
        to.Write(json.Span);
        to.Write("}\n"u8);
    }

    private static void Frame(IBufferWriter<byte> to, ReadOnlySpan<byte> type, ReadOnlyMemory<byte> wrapped)
    {
        Span<byte> head = stackalloc byte[64];
        var at = 4;
        head[at++] = (1 << 3) | 2;
        head[at++] = (byte)type.Length;
        type.CopyTo(head[at..]);
        at += type.Length;
        head[at++] = (2 << 3) | 2;
        at += Varint(head[at..], (uint)(1 + VarintLength((uint)wrapped.Length) + wrapped.Length));
        head[at++] = (1 << 3) | 2;
        at += Varint(head[at..], (uint)wrapped.Length);
        BinaryPrimitives.WriteUInt32BigEndian(head, (uint)(at - 4 + wrapped.Length));
        to.Write(head[..at]);
        to.Write(wrapped.Span);
    }

    private static int Varint(Span<byte> to, uint value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
            to[at++] = (byte)(value | 0x80);
        to[at++] = (byte)value;
        return at;
    }

    private static int VarintLength(uint value) => value < 0x80 ? 1 : (38 - System.Numerics.BitOperations.LeadingZeroCount(value)) / 7;

    private ReadOnlyMemory<byte> ProtobufOf(WatchItem item) =>
        form.Shape == ObjectShape.Metadata ? Metadata(item)
        : item.Object is { } whole ? whole.ProtobufOf(resource.Version)
        : resource.Version.WriteProtobuf(Bookmarks.Of(resource.Version, item));

    private ReadOnlyMemory<byte> JsonOf(WatchItem item) => form.Shape switch
    {
        ObjectShape.Table => Table(item),
        ObjectShape.Metadata => Metadata(item),
        _ => item.Object is { } whole ? whole.JsonOf(resource.Version) : resource.Version.WriteJson(Bookmarks.Of(resource.Version, item)),
    };

    private ReadOnlyMemory<byte> Metadata(WatchItem item) =>
        item.Object is { } whole ? MetadataWriter.Shared(whole, form) : MetadataWriter.Whole(Bookmarks.Of(resource.Version, item).Metadata, form);

    // Ages are told to the second: within one, all who watch in the same form are told the same bytes. The first event of each has the columns, and is its own.
    private ReadOnlyMemory<byte> Table(WatchItem item)
    {
        var now = time.GetUtcNow();
        if (!_toldColumns || item.Object is not { } shared)
        {
            var own = Table(item, now, withColumns: !_toldColumns);
            _toldColumns = true;
            return own;
        }

        var moment = (now.ToUnixTimeSeconds() << 3) | ((long)_include << 1) | (form.MetaVersion == "v1" ? 1L : 0);
        return shared.TryFindView(resource, moment, out var made) ? made : shared.KeepView(resource, moment, Table(item, now, withColumns: false));
    }

    private byte[] Table(WatchItem item, DateTimeOffset now, bool withColumns)
    {
        var table = new TableWriter(resource.Traits.Columns, _include, form.MetaVersion, now);
        var json = new JsonOutput(1024);
        table.Head(json, new ListMeta { ResourceVersion = item.Revision.ToString() }, withColumns);
        var shown = item.Object is { } changed ? resource.Shown(changed.Record) : Bookmarks.Of(resource.Version, item);
        table.Row(json, shown, table.NeedsWholeObject ? (item.Object?.JsonOf(resource.Version) ?? resource.Version.WriteJson(shown)).Span : default);
        TableWriter.Tail(json);
        return json.ToArray();
    }
}
