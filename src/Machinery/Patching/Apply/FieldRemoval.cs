using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Removes a set of fields from an object.</summary>
/// <remarks>What becomes empty by it turns null, as upstream leaves it, so that an emptied map and one that was never there differ until decoding.</remarks>
internal static class FieldRemoval
{
    /// <summary>The object without these fields.</summary>
    public static TreeObject Remove(TypeDescriptor type, TreeObject value, FieldSet fields) =>
        fields.IsEmpty ? value : Value(type, value, fields) as TreeObject ?? TreeObject.Empty;

    private static TreeValue Value(TypeDescriptor type, TreeValue value, FieldSet fields) => (Structure.Of(type, value), value) switch
    {
        (Granularity.Members, TreeObject members) => Members(type, members, fields),
        (Granularity.Items, TreeList items) => Items(type, items, fields),
        // A path into a value that is atomic by now: all of it goes.
        (Granularity.Whole, TreeObject or TreeList) => TreeNull.Instance,
        _ => value,
    };

    private static TreeValue Members(TypeDescriptor type, TreeObject members, FieldSet fields)
    {
        var rest = new TreeObject.Builder(members.Count);
        for (var index = 0; index < members.Count; index++)
        {
            var (name, value) = members[index];
            if (!fields.TryFind(PathElement.Field(name), out var entry))
                rest.Set(name, value);
            else if (!entry.IsMember)
                rest.Set(name, Value(Structure.Member(type, name).Type, value, entry.Children!));
        }

        return rest.Count == 0 ? TreeNull.Instance : rest.Build();
    }

    private static TreeValue Items(TypeDescriptor type, TreeList items, FieldSet fields)
    {
        var rest = new List<TreeValue>(items.Count);
        foreach (var item in items.Items)
        {
            if (Structure.Element(type, item, out _) is not { } element || !fields.TryFind(element, out var entry))
                rest.Add(item);
            else if (!entry.IsMember)
                rest.Add(Value(Structure.Item(type), item, entry.Children!));
        }

        return rest.Count == 0 ? TreeNull.Instance : TreeList.From(rest);
    }
}
