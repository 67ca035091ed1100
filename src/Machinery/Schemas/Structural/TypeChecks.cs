using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>Is a value of the type that the schema names? (kube-openapi: pkg/validation/validate/type.go, with its view of formats.)</summary>
internal static class TypeChecks
{
    /// <summary>Checks, and says whether it is.</summary>
    public static bool Check(TreeValue value, StructuralSchema schema, string path, List<Problem> problems)
    {
        var wanted = schema.IsIntOrString ? "integer,string" : schema.Type;
        var format = StringFormats.IsKnown(schema.Format) ? schema.Format : "";
        if (wanted.Length == 0 && format.Length == 0)
            return true;
        if (value.IsNull)
            return schema.IsNullable || wanted.Length == 0 || Refuse(wanted, "null", path, problems);
        var (actual, actualFormat) = KindOf(value);
        var isAmong = schema.IsIntOrString ? actual is "integer" or "string" : actual == schema.Type;
        var isNear = (actual == "number" && Wants("integer") && IsInteger(value)) || (actual == "integer" && Wants("number"));
        var isTextual = value is TreeString or TreeList;
        if (!isTextual && format.Length > 0 && !(isAmong || format == actualFormat || isNear))
            return Refuse(format, actualFormat, path, problems);
        // What has a format is checked by it.
        if (isTextual && format.Length > 0 && !Wants("number") && !Wants("integer"))
            return true;
        return isAmong || isNear || Refuse(wanted, actual, path, problems);

        bool Wants(string type) => schema.Type == type || (schema.IsIntOrString && type == "integer");
    }

    private static bool Refuse(string wanted, string actual, string path, List<Problem> problems)
    {
        problems.Add(new(path, at => at.TypeInvalid(FieldErrors.Quote(actual), $"{path} in body must be of type {wanted}: {FieldErrors.Quote(actual)}")));
        return false;
    }

    private static (string Type, string Format) KindOf(TreeValue value) => value.Kind switch
    {
        TreeKind.Boolean => ("boolean", ""),
        TreeKind.Integer => ("integer", "int64"),
        TreeKind.Number => ("number", "double"),
        TreeKind.String => ("string", ""),
        TreeKind.List => ("array", ""),
        TreeKind.Object => ("object", ""),
        _ => ("null", ""),
    };

    private static bool IsInteger(TreeValue value) => value is TreeNumber number && double.IsInteger(number.Value);
}
