using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>What can be wrong with a version of a definition (apiextensions: pkg/apis/apiextensions/validation, ValidateCustomResourceDefinitionVersion).</summary>
internal static class DefinitionVersionChecks
{
    private const int DeprecationCharactersMax = 256;
    private const int SelectableFieldsMax = 8;
    private const string ColumnTypes = "must be one of boolean,date,integer,number,string";

    // What a schema may say at the root of a kind with /status, where the status is checked for itself.
    private static readonly HashSet<string> AllowedAtRoot = new(StringComparer.Ordinal)
    {
        "description", "type", "format", "title", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems",
        "uniqueItems", "multipleOf", "required", "items", "properties", "externalDocs", "example", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-validations",
    };

    internal static void Check(CustomResourceDefinitionVersion version, bool mustBeStructural, FieldErrors at)
    {
        CheckDeprecation(version, at.At("deprecationWarning"));
        if (version.Schema?.OpenAPIV3Schema is { } schema)
            CheckSchema(SchemaReader.Read(TreeReader.ReadObject(Json.EncodeMessage(schema))), version.Subresources?.Status is not null, mustBeStructural, at.At("schema").At("openAPIV3Schema"));
        if (version.Subresources?.Scale is { } scale)
            CheckScale(scale, at.At("subresources").At("scale"));
        for (var i = 0; i < version.AdditionalPrinterColumns.Count; i++)
            CheckColumn(version.AdditionalPrinterColumns[i], at.At("additionalPrinterColumns", i));
        if (!version.SelectableFields.IsEmpty)
            CheckSelectableFields(version, at.At("selectableFields"));
    }

    private static void CheckDeprecation(CustomResourceDefinitionVersion version, FieldErrors at)
    {
        if (version.DeprecationWarning is not { } warning)
            return;
        if (!version.Deprecated)
            at.Invalid(warning, "can only be set for deprecated versions");
        if (warning.Length == 0)
            at.Invalid(warning, "must not be an empty string");
        if (Encoding.UTF8.GetByteCount(warning) > DeprecationCharactersMax)
            at.Invalid(warning, FormattableString.Invariant($"must be <= {DeprecationCharactersMax} characters long"));
        if (warning.Any(char.IsControl))
            at.Invalid(warning, "must only contain printable UTF-8 characters; non-printable characters found");
    }

    private static void CheckSchema(StructuralSchema schema, bool hasStatus, bool mustBeStructural, FieldErrors at)
    {
        if (hasStatus)
            CheckRoot(schema, at);
        if (schema.IsNullable)
            at.At("nullable").Forbidden("nullable cannot be true at the root");
        if (mustBeStructural)
        {
            var found = at.All.Count;
            StructuralChecks.Check(schema, at);
            if (at.All.Count == found)
                SchemaDefaultChecks.Check(schema, at);
        }

        SchemaFieldChecks.Check(schema, isRoot: true, at);
    }

    private static void CheckRoot(StructuralSchema schema, FieldErrors at)
    {
        if (schema.Type.Length > 0 && schema.Type != "object")
            at.At("type").Invalid(schema.Type, "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled");
        else if (schema.Source.Names.ToArray().Any(name => !AllowedAtRoot.Contains(name)))
            at.InvalidPrinted(schema.Source.ToString(), "only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems "
                + "UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the status subresource is enabled");
    }

    private static void CheckScale(CustomResourceSubresourceScale scale, FieldErrors at)
    {
        CheckReplicasPath(scale.SpecReplicasPath, ".spec", at.At("specReplicasPath"));
        CheckReplicasPath(scale.StatusReplicasPath, ".status", at.At("statusReplicasPath"));
        if (scale.LabelSelectorPath is not { Length: > 0 } selector || !IsSimplePath(selector, at.At("labelSelectorPath")))
            return;
        if (!selector.StartsWith(".spec.", StringComparison.Ordinal) && !selector.StartsWith(".status.", StringComparison.Ordinal))
            at.At("labelSelectorPath").Invalid(selector, "should be a json path under either .status or .spec");
    }

    private static void CheckReplicasPath(string path, string below, FieldErrors at)
    {
        if (path.Length == 0)
            at.Required();
        else if (IsSimplePath(path, at) && !path.StartsWith(below + ".", StringComparison.Ordinal))
            at.Invalid(path, $"should be a json path under {below}");
    }

    private static void CheckColumn(CustomResourceColumnDefinition column, FieldErrors at)
    {
        if (column.Name.Length == 0)
            at.At("name").Required();
        if (column.Type.Length == 0)
            at.At("type").Required(ColumnTypes);
        else if (column.Type is not ("boolean" or "date" or "integer" or "number" or "string"))
            at.At("type").Invalid(column.Type, ColumnTypes);
        if (column.Format is not ("" or "byte" or "date" or "date-time" or "double" or "float" or "int32" or "int64" or "password"))
            at.At("format").Invalid(column.Format, "must be one of byte,date,date-time,double,float,int32,int64,password");
        if (column.JsonPath.Length == 0)
            at.At("JSONPath").Required();
        else if (IsSimplePath(column.JsonPath, at.At("JSONPath")))
            CheckPath(column.JsonPath, at.At("JSONPath"));
    }

    private static void CheckPath(string path, FieldErrors at)
    {
        try
        {
            JsonPathQuery.Parse(path);
        }
        catch (FormatException malformed)
        {
            at.Invalid(path, malformed.Message);
        }
    }

    private static bool IsSimplePath(string path, FieldErrors at)
    {
        if (path[0] == '.')
            return true;
        at.Invalid(path, "must be a simple json path starting with .");
        return false;
    }

    private static void CheckSelectableFields(CustomResourceDefinitionVersion version, FieldErrors at)
    {
        var schema = version.Schema?.OpenAPIV3Schema is { } json ? SchemaReader.Read(TreeReader.ReadObject(Json.EncodeMessage(json))) : null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < version.SelectableFields.Count; i++)
        {
            var (path, place) = (version.SelectableFields[i].JsonPath, at.At(i).At("jsonPath"));
            if (path.Length == 0)
                place.Required();
            else if (path.StartsWith(".metadata", StringComparison.Ordinal))
                place.Invalid(path, "must not point to fields in metadata");
            else if (schema is not null && FieldAt(schema, path) is not { } field)
                place.Invalid(path, "is an invalid path: does not refer to a valid field");
            else if (schema is not null && FieldAt(schema, path)!.Type is not ("string" or "boolean" or "integer"))
                place.Invalid(path, "must point to a field of type string, boolean or integer. Enum string fields and strings with allowed formats.");
            else if (!seen.Add(path))
                place.Duplicate(path);
        }

        if (version.SelectableFields.Count > SelectableFieldsMax)
            at.TooMany(version.SelectableFields.Count, SelectableFieldsMax);
    }

    private static StructuralSchema? FieldAt(StructuralSchema schema, string path)
    {
        StructuralSchema? at = schema;
        foreach (var name in path.TrimStart('.').Split('.'))
            at = at?.Properties.GetValueOrDefault(name);
        return at;
    }
}
