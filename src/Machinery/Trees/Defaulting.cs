using System.Runtime.CompilerServices;
using System.Text;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.Machinery.Trees;

/// <summary>Fills in a descriptor's defaults, as structural schemas of custom resources have them. (Built-in kinds default in code.)</summary>
public static class Defaulting
{
    private static readonly ConditionalWeakTable<FieldDescriptor, TreeValue> Parsed = [];

    /// <summary>The default of a field as a tree, parsed once; null where it has none.</summary>
    public static TreeValue? DefaultOf(FieldDescriptor field)
    {
        var text = field.Default ?? field.Type.Default;
        return text is null ? null : Parsed.GetValue(field, _ => TreeReader.Read(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>The value with every absent field that has a default filled in; so are nulls that the field does not allow.</summary>
    public static TreeValue Apply(TreeValue value, TypeDescriptor type) => (value, type.Shape) switch
    {
        (TreeObject members, ValueShape.Struct) => Struct(members, type),
        (TreeObject members, ValueShape.Map) when type.Values is { } values => Each(members, values),
        (TreeList items, ValueShape.List) when type.Items is { } item => Each(items, item),
        _ => value,
    };

    /// <summary>The value without nulls in fields that neither allow null nor have a default, as custom resources are stored.</summary>
    public static TreeValue DropForbiddenNulls(TreeValue value, TypeDescriptor type)
    {
        switch (value, type.Shape)
        {
            case (TreeObject members, ValueShape.Struct):
                foreach (var field in type.Fields.All)
                {
                    if (members[field.Name] is not { } there)
                        continue;
                    members = there.IsNull && !field.Type.IsNullable && DefaultOf(field) is null
                        ? members.Without(field.Name)
                        : members.With(field.Name, DropForbiddenNulls(there, field.Type));
                }

                return members;
            case (TreeObject members, ValueShape.Map) when type.Values is { } values:
                foreach (var (name, there) in members)
                {
                    members = there.IsNull && !values.IsNullable && values.Default is null
                        ? members.Without(name)
                        : members.With(name, DropForbiddenNulls(there, values));
                }

                return members;
            case (TreeList items, ValueShape.List) when type.Items is { } item:
                return Change(items, there => DropForbiddenNulls(there, item));
            default:
                return value;
        }
    }

    private static TreeObject Struct(TreeObject members, TypeDescriptor type)
    {
        foreach (var field in type.Fields.All)
        {
            var value = members[field.Name];
            if (value is null || (value.IsNull && !field.Type.IsNullable))
                value = DefaultOf(field) ?? value;
            if (value is not null)
                members = members.With(field.Name, Apply(value, field.Type));
        }

        return members;
    }

    private static TreeObject Each(TreeObject members, TypeDescriptor values)
    {
        var builder = new TreeObject.Builder(members.Count);
        var isChanged = false;
        foreach (var (name, value) in members)
        {
            var now = Apply(value, values);
            isChanged |= !ReferenceEquals(now, value);
            builder.Set(name, now);
        }

        return isChanged ? builder.Build() : members;
    }

    private static TreeList Each(TreeList items, TypeDescriptor item) => Change(items, value => Apply(value, item));

    private static TreeList Change(TreeList items, Func<TreeValue, TreeValue> change)
    {
        TreeValue[]? changed = null;
        for (var index = 0; index < items.Count; index++)
        {
            var value = change(items[index]);
            if (!ReferenceEquals(value, items[index]))
                (changed ??= items.Items.ToArray())[index] = value;
        }

        return changed is null ? items : TreeList.Own(changed);
    }
}
