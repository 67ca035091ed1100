using System.Collections.Immutable;
using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>The Table form of custom resources (apiextensions: pkg/registry/customresource/tableconvertor).</summary>
internal static class PrinterColumns
{
    private const string NameDescription = "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the "
        + "generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. "
        + "More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

    private const string AgeDescription = "CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before "
        + "order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. "
        + "More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";

    /// <summary>The name, and what the version declares; the age where it declares nothing.</summary>
    public static ImmutableArray<TableColumn> Of(CustomResourceDefinitionVersion version)
    {
        var name = new TableColumn("Name", "string", "name", 0, NameDescription, value => value.Metadata.Name);
        if (version.AdditionalPrinterColumns.IsEmpty)
            return [name, new TableColumn("Age", "date", "", 0, AgeDescription, value => TableCell.Age(value.Metadata.CreationTimestamp.ToDateTimeOffset()))];
        return [name, .. version.AdditionalPrinterColumns.AsSpan().ToArray().Select(Of)];
    }

    private static TableColumn Of(CustomResourceColumnDefinition column)
    {
        var query = JsonPathQuery.Parse(column.JsonPath);
        var description = column.Description.Length > 0 ? column.Description : $"Custom resource definition column (in JSONPath format): {column.JsonPath}";
        // Most columns look at what the kind itself says: only those about metadata need it as a tree.
        var needsMetadata = column.JsonPath.StartsWith(".metadata", StringComparison.Ordinal) || column.JsonPath.Contains("..", StringComparison.Ordinal);
        return new(column.Name, column.Type, column.Format, column.Priority, description, Cell);

        TableCell Cell(IApiObject value)
        {
            var item = (DynamicObject)value;
            return query.First(needsMetadata ? item.ToTree() : item.Content) is { } found ? CellOf(column.Type, found) : (string?)null;
        }
    }

    private static TableCell CellOf(string type, TreeValue value) => (type, value) switch
    {
        (_, TreeNull) => (string?)null,
        ("string", TreeString text) => text.Value,
        ("string", TreeNumber number) => GoText.Number(number.Value),
        ("string", _) => value.ToString(),
        ("integer", TreeInteger integer) => integer.Value,
        ("integer", TreeNumber number) => (long)number.Value,
        ("number", TreeInteger integer) => (double)integer.Value,
        ("number", TreeNumber number) => number.Value,
        ("boolean", TreeBoolean truth) => truth.Value,
        ("date", TreeString text) => Age(text.Value),
        _ => (string?)null,
    };

    private static TableCell Age(string text) =>
        text.Length == 0 ? "<unknown>"
        : DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? TableCell.Age(time)
            : "<invalid>";
}
