using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>The set of fields that an applied configuration states an opinion about.</summary>
/// <remarks>
/// Scalars, atomic values, list items, map keys, nulls and empty objects are members; declared fields that only lead to others are not; an empty list whose
/// items are owned one by one is nobody's.
/// </remarks>
internal static class OwnedFields
{
    /// <summary>The set of an object of the type.</summary>
    public static FieldSet Of(TypeDescriptor type, TreeObject value) => Members(type, value);

    private static FieldSet Members(TypeDescriptor type, TreeObject members)
    {
        var entries = new FieldSetEntry[members.Count];
        var count = 0;
        for (var index = 0; index < entries.Length; index++)
        {
            var (name, value) = members[index];
            var (isDeclared, below) = Structure.Member(type, name);
            var (isWhole, children) = Split(below, value);
            var isMember = isWhole || !isDeclared || value is TreeNull or TreeObject { Count: 0 };
            if (isMember || !children.IsEmpty)
                entries[count++] = new FieldSetEntry(PathElement.Field(name), isMember, children.IsEmpty ? null : children);
        }

        return FieldSet.Own(count == entries.Length ? entries : entries[..count]);
    }

    private static FieldSet Items(TypeDescriptor type, TreeList list)
    {
        var index = new ItemIndex(type, list);
        var entries = new List<FieldSetEntry>(index.Count);
        for (var at = 0; at < index.Count; at++)
        {
            if (!index.IsFirst(at))
                continue;
            var element = index.ElementAt(at);
            var children = index.Single(element) is { } item ? Split(Structure.Item(type), item).Children : FieldSet.Empty;
            entries.Add(new FieldSetEntry(element, true, children.IsEmpty ? null : children));
        }

        entries.Sort(static (one, other) => one.Element.CompareTo(other.Element));
        return FieldSet.Make(entries);
    }

    private static (bool IsWhole, FieldSet Children) Split(TypeDescriptor type, TreeValue value) => (Structure.Of(type, value), value) switch
    {
        (Granularity.Members, TreeObject members) => (false, Members(type, members)),
        (Granularity.Items, TreeList list) => (false, Items(type, list)),
        (Granularity.Whole, _) => (true, FieldSet.Empty),
        _ => (false, FieldSet.Empty),
    };
}
