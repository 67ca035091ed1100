using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>In lists that are sets or maps nothing may stand twice (apiextensions: pkg/apiserver/schema/listtype).</summary>
public static class ListUniqueness
{
    /// <summary>Finds what stands twice anywhere below.</summary>
    public static void Check(TreeValue value, StructuralSchema schema, FieldErrors errors)
    {
        switch (value)
        {
            case TreeObject members:
                foreach (var (name, member) in members)
                {
                    if (schema.Properties.GetValueOrDefault(name) is { } property)
                        Check(member, property, errors.At(name));
                    else if (schema.AdditionalProperties is { } values)
                        Check(member, values, errors.Key(name));
                }

                break;
            case TreeList items:
                if (schema.ListType == "set")
                    CheckSet(items, errors);
                else if (schema.ListType == "map")
                    CheckMap(items, schema, errors);
                for (var index = 0; schema.Items is { } item && index < items.Count; index++)
                    Check(items[index], item, errors.At(index));
                break;
        }
    }

    private static void CheckSet(TreeList items, FieldErrors errors)
    {
        var seen = new HashSet<TreeValue>();
        for (var index = 0; index < items.Count; index++)
        {
            if (!seen.Add(items[index]))
                errors.At(index).DuplicatePrinted(ValueValidation.Printed(items[index]));
        }
    }

    private static void CheckMap(TreeList items, StructuralSchema schema, FieldErrors errors)
    {
        var isOfObjects = true;
        for (var index = 0; index < items.Count; index++)
        {
            if (items[index] is TreeObject or TreeNull)
                continue;
            isOfObjects = false;
            errors.At(index).InvalidPrinted(ValueValidation.Printed(items[index]), "must be an object for an array of list-type map");
        }

        if (!isOfObjects)
            return;
        var seen = new HashSet<TreeValue>();
        for (var index = 0; index < items.Count; index++)
        {
            if (ItemCorrelation.KeyOf(items[index], schema) is { } key && !seen.Add(key))
                errors.At(index).DuplicatePrinted(key.ToString());
        }
    }
}
