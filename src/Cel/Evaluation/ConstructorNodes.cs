using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary><c>[a, ?b]</c>.</summary>
internal sealed class ListNode((Node Value, bool Optional)[] elements) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var values = new List<CelValue>(elements.Length);
        foreach (var (node, optional) in elements)
        {
            var value = node.Evaluate(frame);
            if (Entries.Failure(value, optional) is { } failure)
                return failure;
            if (Entries.IsPresent(value, optional))
                values.Add(optional ? value.OptionalValue : value);
        }
        frame.Charge(CelCostModel.ListCost);
        return CelValue.ListOf(values);
    }
}

/// <summary><c>{k: v, ?k: v}</c>.</summary>
internal sealed class MapNode((Node Key, Node Value, bool Optional)[] entries) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var map = new Dictionary<CelValue, CelValue>(entries.Length);
        foreach (var (keyNode, valueNode, optional) in entries)
        {
            var key = keyNode.Evaluate(frame);
            if (key.IsError)
                return key;
            var value = valueNode.Evaluate(frame);
            if (Entries.Failure(value, optional) is { } failure)
                return failure;
            if (Entries.IsPresent(value, optional) && Entries.Add(map, key, optional ? value.OptionalValue : value) is { } refusal)
                return refusal;
        }
        frame.Charge(CelCostModel.MapCost);
        return CelValue.Of(new CelMap(map));
    }
}

/// <summary><c>Type{field: value}</c>.</summary>
internal sealed class StructNode(ICelTypeProvider types, CelType type, (string Field, Node Value, bool Optional)[] fields) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var values = new Dictionary<string, CelValue>(fields.Length);
        foreach (var (field, node, optional) in fields)
        {
            var value = node.Evaluate(frame);
            if (Entries.Failure(value, optional) is { } failure)
                return failure;
            if (Entries.IsPresent(value, optional))
                values[field] = optional ? value.OptionalValue : value;
        }
        frame.Charge(CelCostModel.ObjectCost);
        return types.Create(type, values);
    }
}

/// <summary>What constructors have in common: optional entries, and keys.</summary>
internal static class Entries
{
    public static CelValue? Failure(in CelValue value, bool optional)
    {
        if (value.IsError)
            return value;
        return optional && value.Kind != CelKind.Optional
            ? CelValue.Error($"cannot initialize optional entry from non-optional value {value}")
            : null;
    }

    public static bool IsPresent(in CelValue value, bool optional) => !optional || value.HasValue;

    /// <returns>The failure, or null when the entry was added.</returns>
    public static CelValue? Add(Dictionary<CelValue, CelValue> map, in CelValue key, in CelValue value)
    {
        if (key.Kind is not (CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.String))
            return CelValue.Error($"unsupported key type: {key.Type.Name}");
        return map.TryAdd(key, value) ? null : CelValue.Error($"Failed with repeated key: {key}");
    }
}
