namespace ControlPlane.Cel.Values;

/// <summary>Equality and order of values: numbers by their value whatever their kind, lists and maps by content.</summary>
internal static class CelEquality
{
    public static bool AreEqual(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.String, CelKind.String) => left.AsString == right.AsString,
        (CelKind.Int, CelKind.Int) => left.AsInt == right.AsInt,
        (CelKind.Bool, CelKind.Bool) => left.AsBool == right.AsBool,
        (CelKind.Null, CelKind.Null) => true,
        (CelKind.Bytes, CelKind.Bytes) => left.AsBytes.Span.SequenceEqual(right.AsBytes.Span),
        (CelKind.Timestamp, CelKind.Timestamp) => left.AsTimestamp == right.AsTimestamp,
        (CelKind.Duration, CelKind.Duration) => left.AsNanoseconds == right.AsNanoseconds,
        (CelKind.Type, CelKind.Type) => left.AsType.Name == right.AsType.Name,
        (CelKind.List, CelKind.List) => ListsEqual(left.AsList, right.AsList),
        (CelKind.Map, CelKind.Map) => MapsEqual(left.AsMap, right.AsMap),
        (CelKind.Object, CelKind.Object) => left.AsObject.Type.Name == right.AsObject.Type.Name && left.AsObject.ValueEquals(right.AsObject),
        (CelKind.Optional, CelKind.Optional) =>
            left.HasValue == right.HasValue && (!left.HasValue || AreEqual(left.OptionalValue, right.OptionalValue)),
        _ => CompareNumbers(left, right) == 0,
    };

    /// <summary>Order of two values; null when they have none (different kinds, NaN).</summary>
    public static int? Compare(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.String, CelKind.String) => CompareStrings(left.AsString, right.AsString),
        (CelKind.Bool, CelKind.Bool) => left.AsBool.CompareTo(right.AsBool),
        (CelKind.Bytes, CelKind.Bytes) => Math.Sign(left.AsBytes.Span.SequenceCompareTo(right.AsBytes.Span)),
        (CelKind.Timestamp, CelKind.Timestamp) => left.AsTimestamp.CompareTo(right.AsTimestamp),
        (CelKind.Duration, CelKind.Duration) => left.AsNanoseconds.CompareTo(right.AsNanoseconds),
        _ => CompareNumbers(left, right),
    };

    public static bool IsNumber(CelKind kind) => kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    /// <summary>Order of two numbers; null when one is none, or NaN.</summary>
    public static int? CompareNumbers(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) => left.AsInt.CompareTo(right.AsInt),
        (CelKind.Uint, CelKind.Uint) => left.AsUint.CompareTo(right.AsUint),
        (CelKind.Int, CelKind.Uint) => left.AsInt < 0 ? -1 : ((ulong)left.AsInt).CompareTo(right.AsUint),
        (CelKind.Uint, CelKind.Int) => right.AsInt < 0 ? 1 : left.AsUint.CompareTo((ulong)right.AsInt),
        (CelKind.Double, CelKind.Double) => CompareDoubles(left.AsDouble, right.AsDouble),
        (CelKind.Double, CelKind.Int) => CompareWithInt(left.AsDouble, right.AsInt),
        (CelKind.Int, CelKind.Double) => -CompareWithInt(right.AsDouble, left.AsInt),
        (CelKind.Double, CelKind.Uint) => CompareWithUint(left.AsDouble, right.AsUint),
        (CelKind.Uint, CelKind.Double) => -CompareWithUint(right.AsDouble, left.AsUint),
        _ => null,
    };

    /// <summary>Equal values have equal hashes, so 1, 1u and 1.0 share one.</summary>
    public static int Hash(in CelValue value) => value.Kind switch
    {
        CelKind.Int or CelKind.Uint => value.AsInt.GetHashCode(),
        CelKind.Double => HashDouble(value.AsDouble),
        CelKind.String => value.AsString.GetHashCode(StringComparison.Ordinal),
        CelKind.Bool => value.AsBool ? 1 : 2,
        CelKind.Timestamp => value.AsTimestamp.GetHashCode(),
        CelKind.Duration => value.AsNanoseconds.GetHashCode(),
        CelKind.Type => value.AsType.Name.GetHashCode(StringComparison.Ordinal),
        CelKind.List => value.AsList.Count,
        CelKind.Map => value.AsMap.Count,
        CelKind.Bytes => value.AsBytes.Length,
        _ => (int)value.Kind,
    };

    /// <summary>Order by code points; UTF-16's own order differs above U+FFFF.</summary>
    private static int CompareStrings(string left, string right)
    {
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            if (left[i] != right[i])
            {
                var surrogates = char.IsSurrogate(left[i]).CompareTo(char.IsSurrogate(right[i]));
                return surrogates != 0 ? surrogates : Math.Sign(left[i] - right[i]);
            }
        }
        return left.Length.CompareTo(right.Length);
    }

    private static bool ListsEqual(ICelList left, ICelList right)
    {
        if (left.Count != right.Count)
            return false;
        for (var i = 0; i < left.Count; i++)
        {
            if (!AreEqual(left[i], right[i]))
                return false;
        }
        return true;
    }

    private static bool MapsEqual(ICelMap left, ICelMap right)
    {
        if (left.Count != right.Count)
            return false;
        foreach (var key in left.Keys)
        {
            if (!right.TryGet(key, out var other) || !left.TryGet(key, out var value) || !AreEqual(value, other))
                return false;
        }
        return true;
    }

    private static int? CompareDoubles(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    /// <summary>Beyond 2^53 this loses digits of the integer: the specification's tests want that.</summary>
    private static int? CompareWithInt(double left, long right)
    {
        if (double.IsNaN(left))
            return null;
        if (left < -9223372036854775808.0)
            return -1;
        if (left > 9223372036854775808.0)
            return 1;
        return left.CompareTo((double)right);
    }

    private static int? CompareWithUint(double left, ulong right)
    {
        if (double.IsNaN(left))
            return null;
        if (left < 0)
            return -1;
        if (left > 18446744073709551616.0)
            return 1;
        return left.CompareTo((double)right);
    }

    private static int HashDouble(double value)
    {
        if (value != Math.Floor(value) || value < -9223372036854775808.0 || value >= 18446744073709551616.0)
            return value.GetHashCode();
        return value < 0 ? ((long)value).GetHashCode() : ((long)(ulong)value).GetHashCode();
    }
}
