using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>Values that are whole objects must say what they are (x-kubernetes-embedded-resource; apiextensions: pkg/apiserver/schema/objectmeta).</summary>
public static class EmbeddedObjects
{
    /// <summary>Finds what is wrong with any of them below.</summary>
    public static void Check(TreeValue value, StructuralSchema schema, FieldErrors errors)
    {
        switch (value)
        {
            case TreeObject members:
                if (schema.IsEmbeddedResource)
                    CheckType(members, errors);
                foreach (var (name, member) in members)
                {
                    if (schema.Properties.GetValueOrDefault(name) is { } property)
                        Check(member, property, errors.At(name));
                    else if (schema.AdditionalProperties is { } values)
                        Check(member, values, errors.Key(name));
                }

                break;
            case TreeList items when schema.Items is { } item:
                for (var index = 0; index < items.Count; index++)
                    Check(items[index], item, errors.At(index));
                break;
        }
    }

    private static void CheckType(TreeObject value, FieldErrors errors)
    {
        if (value.String("apiVersion") is not { Length: > 0 } apiVersion)
            errors.At("apiVersion").Required("must not be empty");
        else if (!GroupVersion.TryParse(apiVersion, out _))
            errors.At("apiVersion").Invalid(apiVersion, $"unexpected GroupVersion string: {apiVersion}");
        if (value.String("kind") is not { Length: > 0 } kind)
        {
            errors.At("kind").Required("must not be empty");
            return;
        }

#pragma warning disable CA1308 // upstream: kinds are checked in lower case
        foreach (var complaint in Names.Label1035(kind.ToLowerInvariant()))
            errors.At("kind").Invalid(kind, "may have mixed case, but should otherwise match: " + complaint);
#pragma warning restore CA1308
    }
}
