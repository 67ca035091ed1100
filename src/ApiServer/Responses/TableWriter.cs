using System.Text;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Writes objects as rows of a Table, in pieces that stand on their own, so that a list of any length is written at constant memory.</summary>
/// <param name="columns">What is shown.</param>
/// <param name="include">What stands beside the cells of each row.</param>
/// <param name="metaVersion">"v1" or "v1beta1".</param>
/// <param name="now">Ages are counted to this moment.</param>
internal sealed class TableWriter(IReadOnlyList<TableColumn> columns, TableWriter.Include include, string metaVersion, DateTimeOffset now)
{
    /// <summary>What a row carries beside its cells (?includeObject=).</summary>
    public enum Include
    {
        /// <summary>The object's metadata.</summary>
        Metadata,

        /// <summary>Nothing.</summary>
        None,

        /// <summary>The whole object.</summary>
        Object,
    }

    /// <summary>Does <see cref="Row"/> need the object's JSON?</summary>
    public bool NeedsWholeObject => include == Include.Object;

    /// <summary>Reads ?includeObject=.</summary>
    /// <exception cref="ApiException">400: it is none of the known values.</exception>
    public static Include ReadInclude(QueryParameters query) => query.First("includeObject") switch
    {
        "" or "Metadata" => Include.Metadata,
        "None" => Include.None,
        "Object" => Include.Object,
        var other => throw ApiError.BadRequest(
            $"Unable to convert to Table as requested: includeObject: Invalid value: {FieldErrors.Quote(other)}: must be 'Metadata', 'Object', 'None', or empty"),
    };

    /// <summary>Writes all that stands before the rows.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="metadata">The list's, or the object's resourceVersion.</param>
    /// <param name="withColumns">Watches tell the columns once.</param>
    public void Head(JsonOutput json, ListMeta metadata, bool withColumns)
    {
        json.Raw("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/"u8);
        json.Raw(Encoding.UTF8.GetBytes(metaVersion));
        json.Raw("\",\"metadata\":"u8);
        metadata.WriteJson(json);
        json.Raw(",\"columnDefinitions\":"u8);
        if (withColumns)
            Columns(json);
        else
            json.Null();
        json.Raw(",\"rows\":["u8);
    }

    /// <summary>Writes all that stands behind the rows.</summary>
    public static void Tail(JsonOutput json) => json.Raw("]}"u8);

    /// <summary>Writes one row.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="hub">The object.</param>
    /// <param name="whole">Its JSON where <see cref="NeedsWholeObject"/>.</param>
    public void Row(JsonOutput json, IApiObject hub, ReadOnlySpan<byte> whole)
    {
        json.Raw("{\"cells\":"u8);
        var cells = json.Begin();
        foreach (var column in columns)
        {
            json.Comma();
            Cell(json, column.Cell(hub));
        }

        json.EndArray(cells);
        json.Raw(",\"object\":"u8);
        switch (include)
        {
            case Include.Object: json.Raw(whole); break;
            case Include.Metadata: MetadataWriter.Json(json, hub.Metadata, metaVersion); break;
            default: json.Null(); break;
        }

        json.Raw("}"u8);
    }

    private void Cell(JsonOutput json, TableCell cell)
    {
        switch (cell.Kind)
        {
            case CellKind.Text: json.String(cell.Text!); break;
            case CellKind.Number: json.Integer(cell.Number); break;
            case CellKind.Fraction: json.Number(BitConverter.Int64BitsToDouble(cell.Number)); break;
            case CellKind.Boolean: json.Boolean(cell.Number != 0); break;
            case CellKind.Age: json.String(cell.AgeAt(now)); break;
            default: json.Null(); break;
        }
    }

    private void Columns(JsonOutput json)
    {
        var list = json.Begin();
        foreach (var column in columns)
        {
            json.Comma();
            var start = json.Begin();
            json.Raw(",\"name\":"u8);
            json.String(column.Name);
            json.Raw(",\"type\":"u8);
            json.String(column.Type);
            json.Raw(",\"format\":"u8);
            json.String(column.Format);
            json.Raw(",\"description\":"u8);
            json.String(column.Description);
            json.Raw(",\"priority\":"u8);
            json.Integer(column.Priority);
            json.EndObject(start);
        }

        json.EndArray(list);
    }
}
