using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Does an applied configuration have the form its descriptor gives? Undeclared fields, wrong types, items without names and names that stand twice are found.</summary>
internal sealed class TypedCheck
{
    private readonly List<string> _errors = [];

    // Where the walk stands; made into text only for an error.
    private readonly List<PathElement> _path = [];

    /// <summary>All that is wrong, in upstream's words and paths; null where nothing is.</summary>
    public static string? Errors(TypeDescriptor type, TreeObject value)
    {
        var check = new TypedCheck();
        check.Value(type, value);
        return check._errors.Count switch
        {
            0 => null,
            1 => check._errors[0],
            _ => $"errors:\n  {string.Join("\n  ", check._errors)}",
        };
    }

    private void Value(TypeDescriptor type, TreeValue value)
    {
        if (value.IsNull)
            return;
        switch (type.Shape)
        {
            case ValueShape.Struct or ValueShape.Map when value is TreeObject members:
                if (!type.IsAtomic || type.Shape == ValueShape.Struct)
                    Members(type, members);
                break;
            case ValueShape.Struct or ValueShape.Map:
                Expected("map", value);
                break;
            case ValueShape.List when value is TreeList items:
                Items(type, items);
                break;
            case ValueShape.List:
                Expected("list", value);
                break;
            case ValueShape.Scalar:
                Scalar(type.Scalar, value);
                break;
        }
    }

    private void Members(TypeDescriptor type, TreeObject members)
    {
        for (var index = 0; index < members.Count; index++)
        {
            var (name, value) = members[index];
            var (isDeclared, below) = Structure.Member(type, name);
            _path.Add(PathElement.Field(name));
            if (isDeclared || type.Shape == ValueShape.Map)
                Value(below, value);
            else if (!type.PreservesUnknownFields)
                Add("field not declared in schema");
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Items(TypeDescriptor type, TreeList items)
    {
        var item = Structure.Item(type);
        var seen = type.Topology == ListTopology.Atomic ? null : new HashSet<PathElement>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            var element = PathElement.Index(index);
            if (seen is not null)
            {
                if (Structure.Element(type, items[index], out var error) is not { } named)
                {
                    // Without a name there is no path to report deeper errors at.
                    Add($"element {index}: {error}");
                    continue;
                }

                if (!seen.Add(named))
                    Add($"duplicate entries for key {named}");
                element = named;
            }

            _path.Add(element);
            Value(item, items[index]);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Scalar(ScalarType scalar, TreeValue value)
    {
        switch (scalar)
        {
            case ScalarType.Integer or ScalarType.Number when value.Kind is not (TreeKind.Integer or TreeKind.Number):
                Expected("numeric (int or float)", value);
                break;
            case ScalarType.Boolean when value.Kind != TreeKind.Boolean:
                Expected("boolean", value);
                break;
            case ScalarType.String or ScalarType.Bytes or ScalarType.Time or ScalarType.Duration when value.Kind != TreeKind.String:
                Expected("string", value);
                break;
            case ScalarType.IntOrString or ScalarType.Quantity when value.Kind is TreeKind.Object or TreeKind.List:
                Expected("scalar", value);
                break;
        }
    }

    private void Expected(string what, TreeValue value) => Add($"expected {what}, got &value.valueUnstructured{{Value:{Go(value)}}}");

    private void Add(string error) => _errors.Add($"{new FieldPath([.. _path])}: {error}");

    /// <summary>%#v of the Go value.</summary>
    private static string Go(TreeValue value) => value switch
    {
        TreeString text => GoText.Quote(text.Value),
        TreeObject members => $"map[string]interface {{}}{{{string.Join(", ", members.Select(member => $"{GoText.Quote(member.Name)}:{Go(member.Value)}"))}}}",
        TreeList items => $"[]interface {{}}{{{string.Join(", ", items.Select(Go))}}}",
        TreeNull => "interface {}(nil)",
        _ => value.ToString(),
    };
}
