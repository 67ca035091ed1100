using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using ControlPlane.Registry;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;

namespace ControlPlane.ApiServer.Responses;

/// <summary>
/// Writes a page of objects. JSON and protobuf items are the cache's own bytes, copied once into the connection's buffers; nothing here grows with the page.
/// </summary>
internal static class ListWriter
{
    /// <summary>The views that a list has.</summary>
    public const Negotiation.Views Views = Negotiation.Views.Table | Negotiation.Views.MetadataList;

    /// <summary>The form that the client wants a list in.</summary>
    /// <exception cref="Machinery.Errors.ApiException">406: there is none that it accepts.</exception>
    public static Representation Negotiate(ApiContext context, ServedResource resource) =>
        Negotiation.Choose(context.Http.Request, resource.Version.HasProtobuf ? MediaTypes.Objects : MediaTypes.ObjectsWithoutProtobuf, Views);

    /// <summary>Writes a page.</summary>
    public static Task WriteAsync(
        ApiContext context, ServedResource resource, ObjectPage page, Representation form, DateTimeOffset now, CancellationToken cancel) =>
        WriteAsync(
            context,
            Pieces(context, resource, form, now),
            page.Items,
            new ListMeta { ResourceVersion = page.ResourceVersion, Continue = page.Continue, RemainingItemCount = page.RemainingItemCount },
            form,
            cancel);

    /// <summary>Writes some objects as a list.</summary>
    public static Task WriteAsync(
        ApiContext context, ServedResource resource, IEnumerable<StoredObject> items, string resourceVersion, Representation form, DateTimeOffset now,
        CancellationToken cancel) =>
        WriteAsync(context, Pieces(context, resource, form, now), items, new ListMeta { ResourceVersion = resourceVersion }, form, cancel);

    private static async Task WriteAsync(
        ApiContext context, ListPieces pieces, IEnumerable<StoredObject> items, ListMeta metadata, Representation form, CancellationToken cancel)
    {
        if (form.MediaType == MediaTypes.Yaml || form is { MediaType: MediaTypes.Json, Pretty: true })
        {
            // For people, and so small enough to be held.
            var whole = new ArrayBufferWriter<byte>();
            pieces.Head(whole, metadata);
            foreach (var item in items)
                pieces.Item(whole, item);
            pieces.Tail(whole);
            await ResponseWriter.WriteAsync(context, 200, whole.WrittenMemory, form, cancel);
            return;
        }

        pieces.Measure(items);
        ResponseWriter.Head(context, 200, form.MediaType);
        await using var body = new ResponseBody(context.Http, IsLong(items));
        pieces.Head(body.Writer, metadata);
        foreach (var item in items)
        {
            pieces.Item(body.Writer, item);
            await body.FlushIfFullAsync(cancel);
        }

        pieces.Tail(body.Writer);
        if (form.MediaType == MediaTypes.Json)
            body.Writer.Write("\n"u8);
        await body.CompleteAsync(cancel);
    }

    // The stored form is the shortest of all: what is long in it is long in any other.
    private static bool IsLong(IEnumerable<StoredObject> items)
    {
        var bytes = 0L;
        foreach (var item in items)
        {
            bytes += item.Stored.Length;
            if (bytes >= ResponseBody.GzipThresholdBytes)
                return true;
        }

        return false;
    }

    private static ListPieces Pieces(ApiContext context, ServedResource resource, Representation form, DateTimeOffset now) => form switch
    {
        { Shape: ObjectShape.Table } =>
            new TablePieces(resource, new TableWriter(resource.Traits.Columns, TableWriter.ReadInclude(context.Query), form.MetaVersion, now)),
        { Shape: ObjectShape.Metadata, MediaType: MediaTypes.Protobuf } =>
            new ProtobufPieces(new GroupVersionKind("meta.k8s.io", form.MetaVersion, "PartialObjectMetadataList"), new MetadataMessages().Of),
        { Shape: ObjectShape.Metadata } => new MetadataPieces(form.MetaVersion),
        { MediaType: MediaTypes.Protobuf } => new ProtobufPieces(ListKind(resource), item => Envelope.Message(item.ProtobufOf(resource.Version).Span)),
        _ => new JsonPieces(resource),
    };

    private static GroupVersionKind ListKind(ServedResource resource) => resource.Version.Kind with { Kind = resource.Info.ListKind };

    /// <summary>One buffer for the messages of a whole list: each is written before the next is asked for.</summary>
    private sealed class MetadataMessages
    {
        private readonly ProtobufWriter _message = new(1024);

        public ReadOnlySpan<byte> Of(StoredObject item)
        {
            _message.Clear();
            MetadataWriter.Protobuf(_message, item.Record.Metadata);
            return _message.WrittenSpan;
        }
    }

    /// <summary>The parts that a list is written in.</summary>
    private abstract class ListPieces
    {
        /// <summary>Looks at the items before anything is written, where that is needed.</summary>
        public virtual void Measure(IEnumerable<StoredObject> items)
        {
        }

        public abstract void Head(IBufferWriter<byte> to, ListMeta metadata);

        public abstract void Item(IBufferWriter<byte> to, StoredObject item);

        public abstract void Tail(IBufferWriter<byte> to);
    }

    private sealed class JsonPieces(ServedResource resource) : ListPieces
    {
        // Items of custom resources say what they are; those of built-in kinds don't (their lists do).
        private readonly bool _itemsSayKind = !resource.Version.HasProtobuf;
        private readonly int _tailOffset = Encoding.UTF8.GetByteCount($"{{\"kind\":\"{resource.Version.Kind.Kind}\",\"apiVersion\":\"{resource.Version.Kind.ApiVersion}\",");
        private bool _isFirst = true;

        public override void Head(IBufferWriter<byte> to, ListMeta metadata)
        {
            var kind = ListKind(resource);
            to.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind.Kind}\",\"apiVersion\":\"{kind.ApiVersion}\",\"metadata\":"));
            to.Write(Json.EncodeMessage(metadata));
            to.Write(",\"items\":["u8);
        }

        public override void Item(IBufferWriter<byte> to, StoredObject item)
        {
            if (!_isFirst)
                to.Write(","u8);
            _isFirst = false;
            var json = item.JsonOf(resource.Version).Span;
            if (_itemsSayKind)
            {
                to.Write(json);
                return;
            }

            to.Write("{"u8);
            to.Write(json[_tailOffset..]);
        }

        public override void Tail(IBufferWriter<byte> to) => to.Write("]}"u8);
    }

    private sealed class TablePieces(ServedResource resource, TableWriter table) : ListPieces
    {
        private readonly JsonOutput _json = new();
        private bool _isFirst = true;

        public override void Head(IBufferWriter<byte> to, ListMeta metadata)
        {
            table.Head(_json, metadata, withColumns: true);
            Give(to);
        }

        public override void Item(IBufferWriter<byte> to, StoredObject item)
        {
            if (!_isFirst)
                _json.Comma();
            _isFirst = false;
            table.Row(_json, resource.Shown(item.Record), table.NeedsWholeObject ? item.JsonOf(resource.Version).Span : default);
            Give(to);
        }

        public override void Tail(IBufferWriter<byte> to)
        {
            TableWriter.Tail(_json);
            Give(to);
        }

        private void Give(IBufferWriter<byte> to)
        {
            to.Write(_json.WrittenSpan);
            _json.Clear();
        }
    }

    private sealed class MetadataPieces(string metaVersion) : ListPieces
    {
        private readonly JsonOutput _json = new();
        private bool _isFirst = true;

        public override void Head(IBufferWriter<byte> to, ListMeta metadata)
        {
            to.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/{metaVersion}\",\"metadata\":"));
            to.Write(Json.EncodeMessage(metadata));
            to.Write(",\"items\":["u8);
        }

        public override void Item(IBufferWriter<byte> to, StoredObject item)
        {
            if (!_isFirst)
                _json.Comma();
            _isFirst = false;
            MetadataWriter.Json(_json, item.Record.Metadata, metaVersion);
            to.Write(_json.WrittenSpan);
            _json.Clear();
        }

        public override void Tail(IBufferWriter<byte> to) => to.Write("]}"u8);
    }

    /// <summary>A message of an item, without its envelope.</summary>
    private delegate ReadOnlySpan<byte> MessageOf(StoredObject item);

    /// <summary>
    /// A list as a message {1: ListMeta, 2: items} in an envelope. The envelope's length stands before the items, so they are looked at twice: to add up
    /// their lengths, and to be sent. Their bytes are the cache's, so the second look costs nothing but the copy.
    /// </summary>
    private sealed class ProtobufPieces(GroupVersionKind kind, MessageOf message) : ListPieces
    {
        private const byte ItemTag = (2 << 3) | 2;
        private long _itemBytes;

        public override void Measure(IEnumerable<StoredObject> items)
        {
            foreach (var item in items)
            {
                var length = message(item).Length;
                _itemBytes += 1 + VarintLength((ulong)length) + length;
            }
        }

        public override void Head(IBufferWriter<byte> to, ListMeta metadata)
        {
            var type = new ProtobufWriter(128);
            type.String(kind.Kind);
            type.Tag((2 << 3) | 2);
            type.String(kind.ApiVersion);
            type.Tag((1 << 3) | 2);
            to.Write(Envelope.Prefix);
            Length(to, (1 << 3) | 2, (ulong)type.Length);
            to.Write(type.WrittenSpan);
            var encoded = Protobuf.Encode(metadata);
            Length(to, (2 << 3) | 2, (ulong)(1 + VarintLength((ulong)encoded.Length) + encoded.Length + _itemBytes));
            Length(to, (1 << 3) | 2, (ulong)encoded.Length);
            to.Write(encoded);
        }

        public override void Item(IBufferWriter<byte> to, StoredObject item)
        {
            var bytes = message(item);
            Length(to, ItemTag, (ulong)bytes.Length);
            to.Write(bytes);
        }

        // The envelope's content encoding and type, written empty.
        public override void Tail(IBufferWriter<byte> to) => to.Write((ReadOnlySpan<byte>)[(3 << 3) | 2, 0, (4 << 3) | 2, 0]);

        private static int VarintLength(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

        private static void Length(IBufferWriter<byte> to, byte tag, ulong length)
        {
            Span<byte> room = stackalloc byte[11];
            var at = 0;
            room[at++] = tag;
            for (; length >= 0x80; length >>= 7)
                room[at++] = (byte)(length | 0x80);
            room[at++] = (byte)length;
            to.Write(room[..at]);
        }
    }
}
