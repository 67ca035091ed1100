using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>Formats of strings that nobody checks: worth a warning, since whoever wrote them hardly meant that (apiextensions: pkg/apiserver/validation/formats.go).</summary>
internal static class UnknownFormats
{
    /// <summary>All in a schema, by the order of its parts.</summary>
    internal static IEnumerable<string> Of(JSONSchemaProps schema)
    {
        if (schema is { Type: "string", Format.Length: > 0 } && !StringFormats.IsKnown(schema.Format))
            yield return schema.Format;
        var below = schema.Properties.Select(property => property.Value)
            .Append(schema.Items?.Schema)
            .Append(schema.AdditionalProperties?.Schema);
        foreach (var format in below.OfType<JSONSchemaProps>().SelectMany(Of))
            yield return format;
    }
}
