using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>
/// A comprehension. Its three variables are slots of the frame. A condition that is always true is null; a step that only adds to
/// the accumulator works on a buffer in place (<see cref="AppendNode"/>), else a map over n elements would copy n² / 2.
/// </summary>
internal sealed class FoldNode(
    Node range, int slot, bool hasSecond, Node initial, Node? condition, Node step, Node result) : Node
{
    /// <summary>Slots that every comprehension takes: accumulator, first and second variable.</summary>
    public const int Slots = 3;

    public override CelValue Evaluate(Frame frame)
    {
        var over = range.Evaluate(frame);
        if (over.IsError)
            return over;
        var accumulator = initial.Evaluate(frame);
        frame.Slots[slot] = accumulator;
        var failure = over.Kind switch
        {
            CelKind.List => FoldList(frame, over.AsList),
            CelKind.Map => FoldMap(frame, over.AsMap),
            _ => CelValue.Error(CelError.NoSuchOverload),
        };
        return failure.IsError ? failure : result.Evaluate(frame);
    }

    private CelValue FoldList(Frame frame, ICelList list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (hasSecond ? !Turn(frame, CelValue.Of((long)i), list[i]) : !Turn(frame, list[i], default))
                break;
        }
        return default;
    }

    private CelValue FoldMap(Frame frame, ICelMap map)
    {
        foreach (var key in map.Keys)
        {
            var value = default(CelValue);
            if (hasSecond)
                map.TryGet(key, out value);
            if (!Turn(frame, key, value))
                break;
        }
        return default;
    }

    private bool Turn(Frame frame, in CelValue first, in CelValue second)
    {
        frame.ThrowIfCancelled();
        frame.Slots[slot + 1] = first;
        frame.Slots[slot + 2] = second;
        if (condition is not null && !condition.Evaluate(frame).IsTrue)
            return false;
        frame.Slots[slot] = step.Evaluate(frame);
        return true;
    }
}

/// <summary>A fresh buffer: a list or map that is still being built, seen by nobody but its comprehension.</summary>
internal sealed class NewBufferNode(bool isMap) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(isMap ? CelCostModel.MapCost : CelCostModel.ListCost);
        return isMap ? CelValue.Of(new MapBuffer()) : CelValue.Of(new ListBuffer());
    }
}

/// <summary><c>accumulator + [element]</c>.</summary>
internal sealed class AppendNode(int slot, Node element) : Node
{
    // What the name, the list and the addition would have cost.
    private const int Cost = CelCostModel.NameCost + CelCostModel.ListCost + 1;

    public override CelValue Evaluate(Frame frame)
    {
        var accumulator = frame.Slots[slot];
        if (accumulator.IsError)
            return accumulator;
        var value = element.Evaluate(frame);
        frame.Charge(Cost);
        if (value.IsError)
            return value;
        ((ListBuffer)accumulator.AsList).Values.Add(value);
        return accumulator;
    }
}

/// <summary><c>cel.@mapInsert(accumulator, key, value)</c> and <c>cel.@mapInsert(accumulator, map)</c>.</summary>
internal sealed class InsertNode(int slot, Node keyOrMap, Node? value) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var accumulator = frame.Slots[slot];
        if (accumulator.IsError)
            return accumulator;
        var first = keyOrMap.Evaluate(frame);
        frame.Charge(CelCostModel.NameCost + 1);
        if (first.IsError)
            return first;
        var into = ((MapBuffer)accumulator.AsMap).Entries;
        if (value is null)
            return InsertAll(into, first) ?? accumulator;
        var second = value.Evaluate(frame);
        return second.IsError ? second : Insert(into, first, second) ?? accumulator;
    }

    private static CelValue? InsertAll(Dictionary<CelValue, CelValue> into, in CelValue map)
    {
        if (map.Kind != CelKind.Map)
            return CelValue.Error(CelError.NoSuchOverload);
        foreach (var key in map.AsMap.Keys)
        {
            if (map.AsMap.TryGet(key, out var value) && Insert(into, key, value) is { } failure)
                return failure;
        }
        return null;
    }

    private static CelValue? Insert(Dictionary<CelValue, CelValue> into, in CelValue key, in CelValue value) =>
        into.ContainsKey(key) ? CelValue.Error($"insert failed: key {key} already exists") : Entries.Add(into, key, value);
}

internal sealed class ListBuffer : ICelList
{
    public List<CelValue> Values { get; } = [];

    public int Count => Values.Count;

    public CelValue this[int index] => Values[index];
}

internal sealed class MapBuffer : ICelMap
{
    public Dictionary<CelValue, CelValue> Entries { get; } = [];

    public int Count => Entries.Count;

    public IEnumerable<CelValue> Keys => Entries.Keys;

    public bool TryGet(in CelValue key, out CelValue value) => Entries.TryGetValue(key, out value);
}
