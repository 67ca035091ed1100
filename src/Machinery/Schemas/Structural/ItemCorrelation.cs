using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>Finds which item of a list was there before: items of map lists are known by their keys, all others by nothing (apiserver: pkg/cel/common/maplist.go).</summary>
public sealed class ItemCorrelation
{
    private readonly StructuralSchema _list;
    private readonly Dictionary<TreeValue, TreeValue> _byKey = [];

    private ItemCorrelation(StructuralSchema list) => _list = list;

    /// <summary>The items of the list as it was; null where they cannot be told apart.</summary>
    public static ItemCorrelation? Of(TreeList old, StructuralSchema list)
    {
        if (list.ListType != "map" || list.ListMapKeys.IsEmpty)
            return null;
        var known = new ItemCorrelation(list);
        foreach (var item in old)
        {
            if (KeyOf(item, list) is { } key)
                known._byKey[key] = item;
        }

        return known;
    }

    /// <summary>The item that had the same key; null where there was none.</summary>
    public TreeValue? Find(TreeValue item) => KeyOf(item, _list) is { } key ? _byKey.GetValueOrDefault(key) : null;

    /// <summary>What names an item of a map list: its key fields, with their defaults where they are absent. Null for what is no object.</summary>
    public static TreeObject? KeyOf(TreeValue item, StructuralSchema list)
    {
        if (item is not TreeObject members)
            return null;
        var key = new TreeObject.Builder(list.ListMapKeys.Length);
        foreach (var name in list.ListMapKeys)
        {
            if ((members[name] ?? list.Items?.Properties.GetValueOrDefault(name)?.Default) is { } value)
                key.Set(name, value);
        }

        return key.Build();
    }
}
