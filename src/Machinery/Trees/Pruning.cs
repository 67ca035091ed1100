using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Machinery.Trees;

/// <summary>Drops what a descriptor does not know, and says what it dropped.</summary>
/// <remarks>apiVersion, kind and metadata are known at the root of every object and of every embedded one; metadata is left whole.</remarks>
public static class Pruning
{
    /// <summary>The value without unknown fields; the same instance where there are none.</summary>
    /// <param name="value">An object of the described type.</param>
    /// <param name="type">What it should look like.</param>
    /// <param name="unknown">Collects the paths of what was dropped ("spec.x", "spec.items[0].y"), for <c>unknown field "spec.x"</c>.</param>
    public static TreeObject Prune(TreeObject value, TypeDescriptor type, List<string>? unknown = null) =>
        (TreeObject)Prune(value, type, isRoot: true, "", unknown);

    private static TreeValue Prune(TreeValue value, TypeDescriptor type, bool isRoot, string path, List<string>? unknown) => (value, type.Shape) switch
    {
        (TreeObject members, ValueShape.Struct) => Struct(members, type, isRoot || type.IsEmbeddedResource, path, unknown),
        (TreeObject members, ValueShape.Map) => Map(members, type, path, unknown),
        (TreeList items, ValueShape.List) => List(items, type, path, unknown),
        _ => value,
    };

    private static TreeObject Struct(TreeObject members, TypeDescriptor type, bool isObject, string path, List<string>? unknown)
    {
        TreeObject.Builder? changed = null;
        for (var index = 0; index < members.Count; index++)
        {
            var (name, value) = members[index];
            var kept = Field(name, value, type, isObject, Below(path, name, unknown), unknown);
            if (changed is null && ReferenceEquals(kept, value))
                continue;
            changed ??= Start(members, index);
            if (kept is not null)
                changed.Set(name, kept);
        }

        return changed?.Build() ?? members;
    }

    private static TreeValue? Field(string name, TreeValue value, TypeDescriptor type, bool isObject, string path, List<string>? unknown)
    {
        if (isObject && name is "apiVersion" or "kind" or "metadata")
            return value;
        if (type.Fields.Find(name) is { } field)
            return Prune(value, field.Type, isRoot: false, path, unknown);
        if (type.PreservesUnknownFields)
            return value;
        unknown?.Add(path);
        return null;
    }

    private static TreeObject Map(TreeObject members, TypeDescriptor type, string path, List<string>? unknown)
    {
        if (type.Values is not { } values)
            return members;
        TreeObject.Builder? changed = null;
        for (var index = 0; index < members.Count; index++)
        {
            var (name, value) = members[index];
            var kept = Prune(value, values, isRoot: false, Below(path, name, unknown), unknown);
            if (changed is null && ReferenceEquals(kept, value))
                continue;
            (changed ??= Start(members, index)).Set(name, kept);
        }

        return changed?.Build() ?? members;
    }

    private static TreeList List(TreeList items, TypeDescriptor type, string path, List<string>? unknown)
    {
        if (type.Items is not { } item)
            return items;
        TreeValue[]? changed = null;
        for (var index = 0; index < items.Count; index++)
        {
            var kept = Prune(items[index], item, isRoot: false, unknown is null ? "" : $"{path}[{index}]", unknown);
            if (!ReferenceEquals(kept, items[index]))
                (changed ??= items.Items.ToArray())[index] = kept;
        }

        return changed is null ? items : TreeList.Own(changed);
    }

    private static string Below(string path, string name, List<string>? unknown) =>
        unknown is null ? "" : path.Length == 0 ? name : $"{path}.{name}";

    private static TreeObject.Builder Start(TreeObject members, int count)
    {
        var builder = new TreeObject.Builder(members.Count);
        for (var index = 0; index < count; index++)
            builder.Set(members.Names[index], members.Values[index]);
        return builder;
    }
}
