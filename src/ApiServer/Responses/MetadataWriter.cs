using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Registry.Cache;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Writes the view of an object that has its metadata alone: PartialObjectMetadata.</summary>
internal static class MetadataWriter
{
    private const string Kind = "PartialObjectMetadata";

    /// <summary>As JSON.</summary>
    public static void Json(JsonOutput json, ObjectMeta metadata, string metaVersion)
    {
        json.Raw(metaVersion == "v1"
            ? "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":"u8
            : "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1beta1\",\"metadata\":"u8);
        metadata.WriteJson(json);
        json.Raw("}"u8);
    }

    /// <summary>The bare protobuf message: {1: ObjectMeta}.</summary>
    public static void Protobuf(ProtobufWriter writer, ObjectMeta metadata)
    {
        // Written from its end to its beginning, as all of that writer.
        var before = writer.Length;
        metadata.WriteProtobuf(writer);
        writer.LengthSince(before);
        writer.Tag((1 << 3) | 2);
    }

    /// <summary>The view as a document of its own, in the media type and the version of a form.</summary>
    public static byte[] Whole(ObjectMeta metadata, Representation form)
    {
        if (form.MediaType == MediaTypes.Protobuf)
        {
            var message = new ProtobufWriter(1024);
            Protobuf(message, metadata);
            return Envelope.Write(new GroupVersionKind("meta.k8s.io", form.MetaVersion, Kind), message.WrittenSpan);
        }

        var json = new JsonOutput(1024);
        Json(json, metadata, form.MetaVersion);
        return json.ToArray();
    }

    /// <summary>The same of an object that others may ask for too: made once for all of them.</summary>
    public static ReadOnlyMemory<byte> Shared(StoredObject one, Representation form)
    {
        var view = (form.MediaType == MediaTypes.Protobuf, form.MetaVersion == "v1") switch
        {
            (false, true) => View.Json,
            (false, false) => View.OldJson,
            (true, true) => View.Protobuf,
            (true, false) => View.OldProtobuf,
        };
        return one.ViewOf(view, view.Make);
    }

    private sealed class View
    {
        public static readonly View Json = new(MediaTypes.Json, "v1");
        public static readonly View OldJson = new(MediaTypes.Json, "v1beta1");
        public static readonly View Protobuf = new(MediaTypes.Protobuf, "v1");
        public static readonly View OldProtobuf = new(MediaTypes.Protobuf, "v1beta1");

        private View(string mediaType, string metaVersion)
        {
            var form = new Representation(mediaType, ObjectShape.Metadata, metaVersion, Pretty: false);
            Make = one => Whole(one.Record.Metadata, form);
        }

        public Func<StoredObject, byte[]> Make { get; }
    }
}
