using System.Text;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Writes the view of an object that has its metadata alone: PartialObjectMetadata.</summary>
internal static class MetadataWriter
{
    /// <summary>As JSON.</summary>
    public static void Json(JsonOutput json, ObjectMeta metadata, string metaVersion, string kind)
    {
        json.Raw("{\"kind\":\""u8);
        json.Raw(Encoding.UTF8.GetBytes(kind));
        json.Raw("\",\"apiVersion\":\"meta.k8s.io/"u8);
        json.Raw(Encoding.UTF8.GetBytes(metaVersion));
        json.Raw("\",\"metadata\":"u8);
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
}
