using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>Lists seen as sets: <c>sets.contains(a, b)</c>, <c>sets.equivalent(a, b)</c>, <c>sets.intersects(a, b)</c>.</summary>
public sealed class SetsLibrary : CelLibrary
{
    private static readonly CelType List = CelType.List(CelType.Parameter("T"));

    /// <inheritdoc/>
    public override string Name => "sets";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        declare.Function("sets.contains", "list_sets_contains_list", [List, List], CelType.Bool, arguments =>
            CelValue.Of(ContainsAll(arguments[0].AsList, arguments[1].AsList)));
        declare.Function("sets.equivalent", "list_sets_equivalent_list", [List, List], CelType.Bool, arguments =>
            CelValue.Of(ContainsAll(arguments[0].AsList, arguments[1].AsList) && ContainsAll(arguments[1].AsList, arguments[0].AsList)));
        declare.Function("sets.intersects", "list_sets_intersects_list", [List, List], CelType.Bool, arguments =>
            CelValue.Of(Intersect(arguments[0].AsList, arguments[1].AsList)));
    }

    private static HashSet<CelValue> SetOf(ICelList list)
    {
        var set = new HashSet<CelValue>(list.Count);
        for (var i = 0; i < list.Count; i++)
            set.Add(list[i]);
        return set;
    }

    private static bool ContainsAll(ICelList container, ICelList elements)
    {
        var set = SetOf(container);
        for (var i = 0; i < elements.Count; i++)
        {
            if (!set.Contains(elements[i]))
                return false;
        }
        return true;
    }

    private static bool Intersect(ICelList one, ICelList other)
    {
        var set = SetOf(one);
        for (var i = 0; i < other.Count; i++)
        {
            if (set.Contains(other[i]))
                return true;
        }
        return false;
    }
}
