using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Trees;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>What stands at the paths of /scale must be what /scale makes of it (apiextensions: pkg/registry/customresource/validator.go).</summary>
internal static class ScaleChecks
{
    /// <summary>Checks what is wanted and what is counted.</summary>
    public static void CheckAll(TreeObject content, CustomResourceSubresourceScale scale, FieldErrors errors)
    {
        CheckReplicas(content, scale.SpecReplicasPath, errors);
        CheckStatus(content, scale, errors);
    }

    /// <summary>Checks what is counted.</summary>
    public static void CheckStatus(TreeObject content, CustomResourceSubresourceScale scale, FieldErrors errors)
    {
        CheckReplicas(content, scale.StatusReplicasPath, errors);
        if (scale.LabelSelectorPath is not { Length: > 0 } path)
            return;
        if (Find(content, path, out var wrong) is { } value and not TreeString)
            errors.At(path).Invalid("", Accessor(path, value, "string"));
        else if (wrong is not null)
            errors.At(path).Invalid("", wrong);
    }

    private static void CheckReplicas(TreeObject content, string path, FieldErrors errors)
    {
        var at = errors.At(path);
        var value = Find(content, path, out var wrong);
        if (wrong is not null)
            at.Invalid(0, wrong);
        else if (value is not null and not TreeInteger)
            at.Invalid(0, Accessor(path, value, "int64"));
        else if (value is TreeInteger { Value: < 0 } negative)
            at.Invalid(negative.Value, "should be a non-negative integer");
        else if (value is TreeInteger { Value: > int.MaxValue } large)
            at.Invalid(large.Value, string.Create(CultureInfo.InvariantCulture, $"should be less than or equal to {int.MaxValue}"));
    }

    // apimachinery: unstructured.NestedFieldNoCopy, which complains of what is no map on the way
    private static TreeValue? Find(TreeObject content, string path, out string? wrong)
    {
        wrong = null;
        TreeValue value = content;
        var parts = ScalePaths.Parts(path);
        for (var index = 0; index < parts.Length; index++)
        {
            if (value is TreeNull)
                return null;
            if (value is not TreeObject members)
            {
                wrong = Accessor("." + string.Join('.', parts.Take(index + 1)), value, "map[string]interface{}");
                return null;
            }

            if (members[parts[index]] is not { } below)
                return null;
            value = below;
        }

        return value;
    }

    private static string Accessor(string path, TreeValue value, string expected) => $"{path} accessor error: {GoText.Print(value)} is of the type {TypeOf(value)}, expected {expected}";

    private static string TypeOf(TreeValue value) => value.Kind switch
    {
        TreeKind.Boolean => "bool",
        TreeKind.Integer => "int64",
        TreeKind.Number => "float64",
        TreeKind.String => "string",
        TreeKind.List => "[]interface {}",
        TreeKind.Object => "map[string]interface {}",
        _ => "<nil>",
    };
}
