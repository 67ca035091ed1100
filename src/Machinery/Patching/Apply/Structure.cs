using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>How server-side apply sees a value: owned as a whole, member by member, or item by item.</summary>
internal enum Granularity
{
    /// <summary>Scalars and what is declared atomic.</summary>
    Whole,

    /// <summary>Objects whose members have owners of their own.</summary>
    Members,

    /// <summary>Lists whose items have owners of their own.</summary>
    Items,
}

/// <summary>The rules that turn a descriptor into granularity, path elements and the types below them.</summary>
/// <remarks>Untyped values go by their form: objects by member, lists and scalars as a whole; null counts as an empty object (upstream's "deduced" type).</remarks>
internal static class Structure
{
    /// <summary>How a value of the type is owned.</summary>
    public static Granularity Of(TypeDescriptor type, TreeValue value) => type.Shape switch
    {
        ValueShape.Struct or ValueShape.Map => type.IsAtomic ? Granularity.Whole : Granularity.Members,
        ValueShape.List => type.Topology == ListTopology.Atomic ? Granularity.Whole : Granularity.Items,
        ValueShape.Untyped when !type.IsAtomic => value.Kind is TreeKind.Object or TreeKind.Null ? Granularity.Members : Granularity.Whole,
        _ => Granularity.Whole,
    };

    /// <summary>The type of a member, and whether the type declares it as a field.</summary>
    public static (bool IsDeclared, TypeDescriptor Type) Member(TypeDescriptor type, string name) => type.Shape switch
    {
        ValueShape.Struct when type.Fields.Find(name) is { } field => (true, field.Type),
        ValueShape.Map => (false, type.Values ?? TypeDescriptor.Untyped),
        _ => (false, TypeDescriptor.Untyped),
    };

    /// <summary>The type of an item.</summary>
    public static TypeDescriptor Item(TypeDescriptor type) => type.Items ?? TypeDescriptor.Untyped;

    /// <summary>What a path element leads to.</summary>
    public static (bool IsDeclared, TypeDescriptor Type) Below(TypeDescriptor type, PathElement element) =>
        element.FieldName is { } name ? Member(type, name) : (false, Item(type));

    /// <summary>The element that names an item; absent key fields count with their default, and are left out where they have none.</summary>
    /// <returns>null with upstream's error where the item cannot be named.</returns>
    public static PathElement? Element(TypeDescriptor list, TreeValue item, out string? error)
    {
        error = null;
        if (list.Topology == ListTopology.Set)
        {
            error = item.Kind switch
            {
                TreeKind.Object => "associative list without keys has an element that's a map type",
                TreeKind.List => "not supported: associative list with lists as elements",
                TreeKind.Null => "associative list without keys has an element that's an explicit null",
                _ => null,
            };
            return error is null ? PathElement.Value(item) : null;
        }

        if (item is not TreeObject members)
        {
            error = item.IsNull ? "associative list with keys may not have a null element" : "associative list with keys may not have non-map elements";
            return null;
        }

        return Key(list, members, out error);
    }

    private static PathElement? Key(TypeDescriptor list, TreeObject item, out string? error)
    {
        error = null;
        Span<TreeMember> keys = new TreeMember[list.MapKeys.Length];
        var count = 0;
        foreach (var name in list.MapKeys)
        {
            var value = item[name];
            if (value is null && Item(list).Fields.Find(name) is { } field)
                value = Defaulting.DefaultOf(field);
            if (value is not null)
                keys[count++] = new TreeMember(name, value);
        }

        if (count > 0)
            return PathElement.Key(TreeObject.FromMembers(keys[..count]));
        var names = string.Join(' ', list.MapKeys.Select(GoText.Quote));
        error = $"associative list with keys has an element that omits all key fields [{names}] (and doesn't have default values for any key fields)";
        return null;
    }
}
