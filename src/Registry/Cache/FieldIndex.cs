using System.Collections.Immutable;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Registry.Cache;

/// <summary>The objects of one moment by the value of a selectable field: a tree for each value. Immutable, as the tree of all objects is.</summary>
internal sealed class FieldIndex
{
    private readonly ImmutableDictionary<string, ObjectTree> _trees;

    private FieldIndex(int field, ImmutableDictionary<string, ObjectTree> trees) => (Field, _trees) = (field, trees);

    /// <summary>The field's place among the definition's selectable fields.</summary>
    public int Field { get; }

    /// <summary>An index of all objects; null where one of them cannot be decoded, so that whoever reads them finds that out.</summary>
    public static FieldIndex? Of(int field, ObjectTree objects)
    {
        try
        {
            var trees = objects.From("", "").GroupBy(one => one.SelectableField(field), StringComparer.Ordinal)
                .ToImmutableDictionary(group => group.Key, group => ObjectTree.Build([.. group]), StringComparer.Ordinal);
            return new FieldIndex(field, trees);
        }
        catch (DecodeException)
        {
            return null;
        }
    }

    /// <summary>The objects with that value.</summary>
    public ObjectTree Find(string value) => _trees.GetValueOrDefault(value, ObjectTree.Empty);

    /// <summary>The index after a change; null where the object cannot be decoded.</summary>
    public FieldIndex? With(StoredObject? before, StoredObject? after)
    {
        try
        {
            var (was, now) = (before?.SelectableField(Field), after?.SelectableField(Field));
            var trees = was is null || was == now ? _trees : Replaced(was, Find(was).Remove(before!.Path));
            return new FieldIndex(Field, now is null ? trees : trees.SetItem(now, trees.GetValueOrDefault(now, ObjectTree.Empty).Set(after!)));
        }
        catch (DecodeException)
        {
            return null;
        }
    }

    private ImmutableDictionary<string, ObjectTree> Replaced(string value, ObjectTree tree) => tree.Count == 0 ? _trees.Remove(value) : _trees.SetItem(value, tree);
}
