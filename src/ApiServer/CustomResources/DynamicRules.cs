using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas.Rules;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>All checks of the objects of one version, in upstream's order (apiextensions: pkg/registry/customresource/validator.go and strategy.go).</summary>
/// <param name="kind">What they are.</param>
/// <param name="schema">What they must meet.</param>
/// <param name="scale">Where their numbers stand; null where they have no /scale.</param>
internal sealed class DynamicRules(GroupVersionKind kind, StructuralSchema schema, CustomResourceSubresourceScale? scale)
{
    // Compiling takes a while, and many kinds are never written.
    private readonly Lazy<SchemaRules?> _rules = new(() => SchemaRules.Of(schema, isObject: true));

    /// <summary>Checks an object whose metadata is checked already.</summary>
    /// <param name="value">The object.</param>
    /// <param name="old">The object as it was, in the same version; null for a new one.</param>
    /// <param name="errors">At the root of the object.</param>
    public void Check(DynamicObject value, DynamicObject? old, FieldErrors errors)
    {
        var tree = WithTypeMeta(value);
        ValueValidation.Check(tree, old is null ? null : WithTypeMeta(old), schema, errors);
        if (scale is not null)
            ScaleChecks.CheckAll(value.Content, scale, errors);
        EmbeddedObjects.Check(value.Content, schema, errors);
        ListUniqueness.Check(value.Content, schema, errors);
        CheckRules(value, old, errors);
    }

    /// <summary>Checks a status as /status writes it.</summary>
    public void CheckStatus(DynamicObject value, DynamicObject old, FieldErrors errors)
    {
        if (value.Content["status"] is { } status && schema.Properties.GetValueOrDefault("status") is { } statusSchema)
            ValueValidation.Check(status, old.Content["status"], statusSchema, errors.At("status"));
        if (scale is not null)
            ScaleChecks.CheckStatus(value.Content, scale, errors);
        ListUniqueness.Check(value.Content, schema, errors);
        CheckRules(value, old, errors);
    }

    private void CheckRules(DynamicObject value, DynamicObject? old, FieldErrors errors)
    {
        if (_rules.Value is not { } rules)
            return;
        if (errors.All.Any(IsBlocking))
            errors.InvalidPrinted("null", "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation");
        else
            rules.Check(value.WithKind(kind).ToTree(), old?.WithKind(kind).ToTree(), errors, CancellationToken.None);
    }

    // apiextensions: pkg/registry/customresource/strategy.go, hasBlockingErr: rules may rely on what the schema says.
    private static bool IsBlocking(FieldError error) =>
        error.Reason is "FieldValueNotSupported" or "FieldValueRequired" or "FieldValueTooLong" or "FieldValueTooMany" or "FieldValueTypeInvalid";

    // Conditions may be about apiVersion, kind and metadata too.
    private TreeObject WithTypeMeta(DynamicObject value) => schema.Required.Contains("metadata") || schema.Properties.ContainsKey("metadata")
        ? value.WithKind(kind).ToTree()
        : value.Content.With("apiVersion", TreeString.Of(kind.ApiVersion)).With("kind", TreeString.Of(kind.Kind));
}
