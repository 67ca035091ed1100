using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>x-kubernetes-list-type and x-kubernetes-list-map-keys must fit the list that they are about (apiextensions: pkg/apis/apiextensions/validation).</summary>
internal static class ListTypeChecks
{
    /// <summary>Finds what does not.</summary>
    public static void Check(StructuralSchema schema, FieldErrors at)
    {
        var isSaid = schema.Source.Has("x-kubernetes-list-type");
        var place = at.At("x-kubernetes-list-type");
        if (isSaid && schema.Type != "array")
        {
            const string NoArray = "must be array if x-kubernetes-list-type is specified";
            if (schema.Type.Length == 0)
                at.At("type").Required(NoArray);
            else
                at.At("type").Invalid(schema.Type, NoArray);
        }
        else if (schema is { ListType: "set", Items: { } item })
        {
            CheckSetItem(item, at.At("items"));
        }

        if (isSaid && schema.ListType is not ("atomic" or "set" or "map"))
            place.NotSupported(schema.ListType, "atomic", "set", "map");
        if (!schema.ListMapKeys.IsEmpty && schema.ListType != "map")
        {
            const string NoMap = "must be map if x-kubernetes-list-map-keys is non-empty";
            if (isSaid)
                place.Invalid(schema.ListType, NoMap);
            else
                place.Required(NoMap);
        }

        if (schema.ListType == "map")
            CheckMap(schema, at);
    }

    /// <summary>Finds items that could go without what tells them apart.</summary>
    public static void CheckKeys(StructuralSchema schema, FieldErrors at)
    {
        if (schema.Items is not { } item || schema.ListType is not ("set" or "map"))
            return;
        if (item.IsNullable)
            at.At("items").At("nullable").Forbidden("cannot be nullable when x-kubernetes-list-type is " + schema.ListType);
        if (schema.ListType != "map")
            return;
        foreach (var name in schema.ListMapKeys)
        {
            if (item.Properties.GetValueOrDefault(name) is not { } key)
                continue;
            var place = at.At("items").At("properties").Key(name);
            if (!item.Required.Contains(name) && key.Default is null)
                place.At("default").Required("this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
            if (key.IsNullable)
                place.At("nullable").Forbidden("this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
        }
    }

    private static void CheckSetItem(StructuralSchema item, FieldErrors at)
    {
        const string NotAtomic = "must be atomic as item of a list with x-kubernetes-list-type=set";
        if (item.Type == "array" && item.ListType is not ("" or "atomic"))
            at.At("x-kubernetes-list-type").Invalid(item.ListType, NotAtomic);
        else if (item.Type == "object" && item.MapType != "atomic")
            at.At("x-kubernetes-map-type").Invalid(item.MapType.Length == 0 ? null : item.MapType, NotAtomic);
    }

    private static void CheckMap(StructuralSchema schema, FieldErrors at)
    {
        var keys = at.At("x-kubernetes-list-map-keys");
        if (schema.ListMapKeys.IsEmpty)
            keys.Required("must not be empty if x-kubernetes-list-type is map");
        if (schema.Items is not { } item)
        {
            at.At("items").Required("must have a schema if x-kubernetes-list-type is map");
            return;
        }

        if (item.Type != "object")
        {
            at.At("items").At("type").Invalid(item.Type, "must be object if parent array's x-kubernetes-list-type is map");
            return;
        }

        var printed = $"[{string.Join(",", schema.ListMapKeys.Select(FieldErrors.Quote))}]";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in schema.ListMapKeys)
        {
            if (item.Properties.GetValueOrDefault(name) is not { } key)
                keys.InvalidPrinted(printed, "entries must all be names of item properties");
            else if (key.Type is "array" or "object")
                at.At("items").At("properties").Key(name).At("type").Invalid(item.Type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
            if (!seen.Add(name))
                keys.InvalidPrinted(printed, "must not contain duplicate entries");
        }
    }
}
