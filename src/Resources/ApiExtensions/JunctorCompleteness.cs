using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>Whatever allOf, anyOf, oneOf and not speak of must be specified outside of them, too (apiextensions: pkg/apiserver/schema/complete.go).</summary>
internal static class JunctorCompleteness
{
    /// <summary>Finds what is not, anywhere below.</summary>
    public static void Check(StructuralSchema schema, FieldErrors at)
    {
        foreach (var (junctor, path) in Junctors(schema, at))
            Compare(junctor, schema, path, at);
        if (schema.Items is { } items)
            Check(items, at.At("items"));
        foreach (var (name, property) in schema.Properties)
            Check(property, at.At("properties").Key(name));
        if (schema.AdditionalProperties is { } values)
            Check(values, at.At("additionalProperties"));
    }

    private static void Compare(StructuralSchema junctor, StructuralSchema outside, FieldErrors inner, FieldErrors at)
    {
        foreach (var (name, property) in junctor.Properties)
        {
            var (there, here) = (at.At("properties").Key(name), inner.At("properties").Key(name));
            if (outside.Properties.GetValueOrDefault(name) is { } known)
                Compare(property, known, here, there);
            else if (outside.AdditionalProperties is { } values)
                Compare(property, values, here, at.At("additionalProperties"));
            else if (!outside.PreservesUnknownFields && !outside.HasAdditionalProperties)
                there.Required($"because it is defined in {here.Path}");
        }

        if (junctor.Items is { } items)
        {
            if (outside.Items is { } known)
                Compare(items, known, inner.At("items"), at.At("items"));
            else if (!outside.PreservesUnknownFields)
                at.At("items").Required($"because it is defined in {inner.At("items").Path}");
        }

        foreach (var (nested, path) in Junctors(junctor, inner))
            Compare(nested, outside, path, at);
    }

    private static IEnumerable<(StructuralSchema Schema, FieldErrors Path)> Junctors(StructuralSchema schema, FieldErrors at)
    {
        for (var i = 0; i < schema.AllOf.Length; i++)
            yield return (schema.AllOf[i], at.At("allOf", i));
        for (var i = 0; i < schema.AnyOf.Length; i++)
            yield return (schema.AnyOf[i], at.At("anyOf", i));
        for (var i = 0; i < schema.OneOf.Length; i++)
            yield return (schema.OneOf[i], at.At("oneOf", i));
        if (schema.Not is { } not)
            yield return (not, at.At("not"));
    }
}
