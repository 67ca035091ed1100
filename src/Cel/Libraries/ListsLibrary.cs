using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>slice, flatten, range, distinct, reverse, sort, sortBy, first and last of lists, as cel-go's lists extension.</summary>
public sealed class ListsLibrary : CelLibrary
{
    // lists.range(n) makes n values at once; cost limits apply only afterwards.
    private const long RangeMax = 1_000_000;

    private static readonly CelType T = CelType.Parameter("T");
    private static readonly CelType List = CelType.List(T);

    private static readonly CelType[] Sortable =
        [CelType.Int, CelType.Uint, CelType.Double, CelType.Bool, CelType.Duration, CelType.Timestamp, CelType.String, CelType.Bytes];

    /// <inheritdoc/>
    public override string Name => "lists";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        declare.Method("slice", "list_slice", [List, CelType.Int, CelType.Int], List, Slice);
        declare.Method("flatten", "list_flatten", [CelType.List(List)], List, arguments => Flatten(arguments[0].AsList, 1));
        declare.Method("flatten", "list_flatten_int", [CelType.ListOfDyn, CelType.Int], CelType.ListOfDyn, arguments =>
            arguments[1].AsInt < 0 ? CelValue.Error("level must be non-negative") : Flatten(arguments[0].AsList, arguments[1].AsInt));
        declare.Function("lists.range", "lists_range", [CelType.Int], CelType.List(CelType.Int), Range);
        declare.Method("distinct", "list_distinct", [List], List, arguments => CelValue.ListOf(Values(arguments[0].AsList).Distinct().ToList()));
        declare.Method("reverse", "list_reverse", [List], List, arguments => CelValue.ListOf(Values(arguments[0].AsList).Reverse().ToList()));
        declare.Method("first", "list_first", [List], CelType.Optional(T), arguments => At(arguments[0].AsList, 0));
        declare.Method("last", "list_last", [List], CelType.Optional(T), arguments => At(arguments[0].AsList, arguments[0].AsList.Count - 1));
        foreach (var type in Sortable)
        {
            declare.Method("sort", $"list_{type}_sort", [CelType.List(type)], CelType.List(type), arguments =>
                SortBy(arguments[0].AsList, arguments[0].AsList));
            declare.Method("@sortByAssociatedKeys", $"list_{type}_sortByAssociatedKeys", [List, CelType.List(type)], List, arguments =>
                SortBy(arguments[0].AsList, arguments[1].AsList));
        }
        declare.Macro(new("sortBy", true, 2, SortByMacro));
    }

    /// <summary>The list is evaluated once, its keys are mapped, and one is sorted by the other.</summary>
    private static CelExpression SortByMacro(CelMacroContext context, CelExpression? target, IReadOnlyList<CelExpression> arguments)
    {
        const string Input = "@__sortBy_input__";
        var name = CelMacroContext.VariableName(arguments[0]);
        var keys = StandardMacros.Gather(context, context.Identifier(Input), name, null, null, arguments[1]);
        return context.Bind(Input, target!, context.Method(context.Identifier(Input), "@sortByAssociatedKeys", keys));
    }

    private static CelValue Slice(ReadOnlySpan<CelValue> arguments)
    {
        var list = arguments[0].AsList;
        var (start, end) = (arguments[1].AsInt, arguments[2].AsInt);
        if (start < 0 || end < 0)
            return CelValue.Error($"cannot slice({start}, {end}), negative indexes not supported");
        if (start > end)
            return CelValue.Error($"cannot slice({start}, {end}), start index must be less than or equal to end index");
        if (end > list.Count)
            return CelValue.Error($"cannot slice({start}, {end}), list is length {list.Count}");
        return CelValue.ListOf(Values(list).Skip((int)start).Take((int)(end - start)).ToList());
    }

    private static CelValue Flatten(ICelList list, long depth)
    {
        var flat = new List<CelValue>();
        Add(list, depth);
        return CelValue.ListOf(flat);

        void Add(ICelList from, long levels)
        {
            for (var i = 0; i < from.Count; i++)
            {
                if (levels > 0 && from[i].Kind == CelKind.List)
                    Add(from[i].AsList, levels - 1);
                else
                    flat.Add(from[i]);
            }
        }
    }

    private static CelValue Range(ReadOnlySpan<CelValue> arguments)
    {
        var count = arguments[0].AsInt;
        if (count > RangeMax)
            return CelValue.Error($"lists.range({count}) exceeds the limit of {RangeMax}");
        var numbers = new List<CelValue>((int)Math.Max(count, 0));
        for (long i = 0; i < count; i++)
            numbers.Add(CelValue.Of(i));
        return CelValue.ListOf(numbers);
    }

    private static CelValue At(ICelList list, int index) => list.Count == 0 ? CelValue.None : CelValue.Some(list[index]);

    private static CelValue SortBy(ICelList list, ICelList keys)
    {
        if (list.Count != keys.Count)
            return CelValue.Error($"@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got {list.Count} and {keys.Count} elements respectively");
        for (var i = 1; i < keys.Count; i++)
        {
            if (keys[i].Kind != keys[0].Kind || CelEquality.Compare(keys[i], keys[0]) is null)
                return CelValue.Error("list elements must have the same type");
        }
        return CelValue.ListOf(Enumerable.Range(0, list.Count)
            .OrderBy(i => keys[i], Comparer<CelValue>.Create((left, right) => CelEquality.Compare(left, right) ?? 0))
            .Select(i => list[i])
            .ToList());
    }

    private static IEnumerable<CelValue> Values(ICelList list)
    {
        for (var i = 0; i < list.Count; i++)
            yield return list[i];
    }
}
