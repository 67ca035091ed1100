using ControlPlane.Cel;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>isSorted, sum, min, max, indexOf and lastIndexOf of lists (apiserver: pkg/cel/library/lists.go).</summary>
public sealed class ListFunctions : CelLibrary
{
    private static readonly CelType T = CelType.Parameter("T");

    private static readonly CelType[] Ordered =
        [CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Duration, CelType.Timestamp, CelType.String, CelType.Bytes];

    private static readonly (CelType Type, CelValue Zero)[] Summed =
        [(CelType.Int, CelValue.Of(0L)), (CelType.Uint, CelValue.Of(0UL)), (CelType.Double, CelValue.Of(0.0)), (CelType.Duration, CelValue.DurationOf(0))];

    /// <inheritdoc/>
    public override string Name => "kubernetes.lists";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        foreach (var type in Ordered)
        {
            var list = CelType.List(type);
            declare.Method("isSorted", $"list_{type}_is_sorted_bool", [list], CelType.Bool, arguments => CelValue.Of(IsSorted(arguments[0].AsList)));
            declare.Method("min", $"list_{type}_min_{type}", [list], type, arguments => Extreme(arguments[0].AsList, -1, "min"));
            declare.Method("max", $"list_{type}_max_{type}", [list], type, arguments => Extreme(arguments[0].AsList, 1, "max"));
        }

        foreach (var (type, zero) in Summed)
            declare.Method("sum", $"list_{type}_sum_{type}", [CelType.List(type)], type, arguments => Sum(arguments[0].AsList, zero));
        declare.Method("indexOf", "list_a_index_of_int", [CelType.List(T), T], CelType.Int, arguments => CelValue.Of(IndexOf(arguments[0].AsList, arguments[1])));
        declare.Method("lastIndexOf", "list_a_last_index_of_int", [CelType.List(T), T], CelType.Int, arguments => CelValue.Of(LastIndexOf(arguments[0].AsList, arguments[1])));
    }

    private static bool IsSorted(ICelList list)
    {
        for (var i = 1; i < list.Count; i++)
        {
            if (Compare(list[i - 1], list[i]) > 0)
                return false;
        }

        return true;
    }

    private static CelValue Extreme(ICelList list, int sign, string name)
    {
        if (list.Count == 0)
            return CelValue.Error($"{name} called on empty list");
        var best = list[0];
        for (var i = 1; i < list.Count; i++)
        {
            if (Compare(list[i], best) * sign > 0)
                best = list[i];
        }

        return best;
    }

    private static CelValue Sum(ICelList list, CelValue sum)
    {
        try
        {
            for (var i = 0; i < list.Count; i++)
                sum = Add(sum, list[i]);
            return sum;
        }
        catch (OverflowException)
        {
            return CelValue.Error("integer overflow");
        }
    }

    private static CelValue Add(CelValue one, CelValue other) => one.Kind switch
    {
        CelKind.Int => CelValue.Of(checked(one.AsInt + other.AsInt)),
        CelKind.Uint => CelValue.Of(checked(one.AsUint + other.AsUint)),
        CelKind.Double => CelValue.Of(one.AsDouble + other.AsDouble),
        _ => CelValue.DurationOf(checked(one.AsNanoseconds + other.AsNanoseconds)),
    };

    private static long IndexOf(ICelList list, CelValue value)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] == value)
                return i;
        }

        return -1;
    }

    private static long LastIndexOf(ICelList list, CelValue value)
    {
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (list[i] == value)
                return i;
        }

        return -1;
    }

    private static int Compare(CelValue one, CelValue other) => one.Kind switch
    {
        CelKind.Uint => one.AsUint.CompareTo(other.AsUint),
        CelKind.Double => one.AsDouble.CompareTo(other.AsDouble),
        CelKind.String => string.CompareOrdinal(one.AsString, other.AsString),
        CelKind.Bytes => one.AsBytes.Span.SequenceCompareTo(other.AsBytes.Span),
        CelKind.Timestamp => (one.AsTimestamp.Seconds, one.AsTimestamp.Nanoseconds).CompareTo((other.AsTimestamp.Seconds, other.AsTimestamp.Nanoseconds)),
        CelKind.Bool => one.AsBool.CompareTo(other.AsBool),
        _ => one.AsInt.CompareTo(other.AsInt),
    };
}
