using ControlPlane.Registry;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Registry.Cache;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Writes one stored object in the form that the client wants.</summary>
internal static class ObjectWriter
{
    /// <summary>The views that one object has.</summary>
    public const Negotiation.Views Views = Negotiation.Views.Table | Negotiation.Views.Metadata;

    /// <summary>The form that the client wants an object in.</summary>
    /// <exception cref="Machinery.Errors.ApiException">406: there is none that it accepts.</exception>
    public static Representation Negotiate(ApiContext context, ServedResource resource) =>
        Negotiation.Choose(context.Http.Request, resource.Version.HasProtobuf ? MediaTypes.Objects : MediaTypes.ObjectsWithoutProtobuf, Views);

    /// <summary>Writes the object.</summary>
    public static Task WriteAsync(
        ApiContext context, int code, ServedResource resource, StoredObject value, Representation form, DateTimeOffset now, CancellationToken cancel) =>
        ResponseWriter.WriteAsync(context, code, Bytes(context, resource, value, form, now), form, cancel);

    private static ReadOnlyMemory<byte> Bytes(ApiContext context, ServedResource resource, StoredObject value, Representation form, DateTimeOffset now)
    {
        switch (form.Shape)
        {
            case ObjectShape.Table:
                return Table(context, resource, value, form, now);
            case ObjectShape.Metadata:
                return MetadataWriter.Whole(value.Record.Metadata, form);
            default:
                return form.MediaType == MediaTypes.Protobuf ? value.ProtobufOf(resource.Version) : value.JsonOf(resource.Version);
        }
    }

    private static byte[] Table(ApiContext context, ServedResource resource, StoredObject value, Representation form, DateTimeOffset now)
    {
        var table = new TableWriter(resource.Traits.Columns, TableWriter.ReadInclude(context.Query), form.MetaVersion, now);
        var json = new JsonOutput();
        table.Head(json, new ListMeta { ResourceVersion = value.ResourceVersion }, withColumns: true);
        table.Row(json, resource.Shown(value.Record), table.NeedsWholeObject ? value.JsonOf(resource.Version).Span : default);
        TableWriter.Tail(json);
        return json.ToArray();
    }
}
