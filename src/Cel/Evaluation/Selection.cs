using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>
/// Fields, keys and elements. On an optional everything is tried on its value and gives an optional again, so chains of them need
/// no tests in between.
/// </summary>
internal static class Selection
{
    public static CelValue Select(in CelValue value, in CelValue field)
    {
        switch (value.Kind)
        {
            case CelKind.Map:
                return value.AsMap.TryGet(field, out var entry) ? entry : CelValue.Error(CelError.NoSuchKey(field));
            case CelKind.Object:
                return value.AsObject.TryGetField(field.AsString, out var found) ? found : CelValue.Error(CelError.NoSuchKey(field));
            case CelKind.Optional:
                return IndexOptional(value, field);
            case CelKind.Error:
                return value;
            default:
                return CelValue.Error(CelError.NoSuchOverload);
        }
    }

    public static CelValue Has(in CelValue value, in CelValue field) => value.Kind switch
    {
        CelKind.Map => CelValue.Of(value.AsMap.TryGet(field, out _)),
        CelKind.Object => CelValue.Of(value.AsObject.TryGetField(field.AsString, out _)),
        CelKind.Optional => value.HasValue ? Has(value.OptionalValue, field) : CelValue.False,
        _ => CelValue.Error(CelError.NoSuchOverload),
    };

    public static CelValue Index(in CelValue value, in CelValue key) => value.Kind switch
    {
        CelKind.List => Element(value.AsList, key),
        CelKind.Map => Entry(value.AsMap, key),
        CelKind.Object when key.Kind == CelKind.String => Select(value, key),
        CelKind.Optional => IndexOptional(value, key),
        _ => CelValue.Error(CelError.NoSuchOverload),
    };

    /// <summary>What is not there is none; what cannot be looked up at all stays a failure.</summary>
    public static CelValue IndexOptional(in CelValue value, in CelValue key)
    {
        if (value.Kind == CelKind.Optional)
            return value.HasValue ? IndexOptional(value.OptionalValue, key) : value;
        switch (value.Kind)
        {
            case CelKind.List when ToIndex(key) is { } index:
                return index >= 0 && index < value.AsList.Count ? CelValue.Some(value.AsList[(int)index]) : CelValue.None;
            case CelKind.Map when IsKey(key):
                return value.AsMap.TryGet(key, out var entry) ? CelValue.Some(entry) : CelValue.None;
            case CelKind.Object when key.Kind == CelKind.String:
                return value.AsObject.TryGetField(key.AsString, out var field) ? CelValue.Some(field) : CelValue.None;
            default:
                return CelValue.Error(CelError.NoSuchOverload);
        }
    }

    /// <summary>An index may be any number that is whole.</summary>
    public static long? ToIndex(in CelValue key) => key.Kind switch
    {
        CelKind.Int => key.AsInt,
        CelKind.Uint => key.AsUint <= long.MaxValue ? (long)key.AsUint : long.MaxValue,
        CelKind.Double when key.AsDouble == Math.Floor(key.AsDouble) && Math.Abs(key.AsDouble) < 9e18 => (long)key.AsDouble,
        _ => null,
    };

    private static CelValue Element(ICelList list, in CelValue key)
    {
        if (ToIndex(key) is not { } index)
            return CelValue.Error($"unsupported index type '{key.Type.Name}' in list");
        return index >= 0 && index < list.Count ? list[(int)index] : CelValue.Error($"index out of bounds: {index}");
    }

    private static CelValue Entry(ICelMap map, in CelValue key)
    {
        if (!IsKey(key))
            return CelValue.Error($"unsupported key type: {key.Type.Name}");
        return map.TryGet(key, out var value) ? value : CelValue.Error(CelError.NoSuchKey(key));
    }

    private static bool IsKey(in CelValue key) =>
        key.Kind is CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.String or CelKind.Double;
}
