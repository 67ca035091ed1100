using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>
/// One step of a planned expression. Gives a value or a failure and never throws but for the cost limit and cancellation.
/// Stateless: everything that changes is in the frame.
/// </summary>
internal abstract class Node
{
    public abstract CelValue Evaluate(Frame frame);
}

internal sealed class ConstantNode(CelValue value) : Node
{
    public CelValue Value => value;

    public override CelValue Evaluate(Frame frame) => value;
}

/// <summary>A comprehension's variable.</summary>
internal sealed class SlotNode(int slot) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(CelCostModel.NameCost);
        return frame.Slots[slot];
    }
}

/// <summary>A variable whose full name the checker found.</summary>
internal sealed class VariableNode(string name) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(CelCostModel.NameCost);
        return frame.Variables.TryGet(name, out var value) ? value : CelValue.Error($"no such attribute(s): {name}");
    }
}

/// <summary>
/// A name with dots of which only evaluation can tell how much is a variable's name and how much its fields; candidates stand
/// with the longest name first.
/// </summary>
internal sealed class UncheckedNameNode(string written, IReadOnlyList<(string Name, string[] Fields, CelValue? Constant)> candidates) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(CelCostModel.NameCost);
        foreach (var (name, fields, constant) in candidates)
        {
            if (!frame.Variables.TryGet(name, out var value))
            {
                if (constant is null)
                    continue;
                value = constant.Value;
            }
            foreach (var field in fields)
            {
                frame.Charge(CelCostModel.NameCost);
                value = Selection.Select(value, CelValue.Of(field));
            }
            return value;
        }
        return CelValue.Error($"no such attribute(s): {written}");
    }
}

/// <summary><c>a &amp;&amp; b</c> and <c>a || b</c>: the value that decides wins over a failure on either side.</summary>
internal sealed class LogicNode(Node left, Node right, bool deciding) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var first = left.Evaluate(frame);
        if (first.Kind == CelKind.Bool && first.AsBool == deciding)
            return first;
        var second = right.Evaluate(frame);
        if (second.Kind == CelKind.Bool && (second.AsBool == deciding || first.Kind == CelKind.Bool))
            return second;
        if (first.IsError)
            return first;
        return second.IsError ? second : CelValue.Error(CelError.NoSuchOverload);
    }
}

internal sealed class ConditionalNode(Node condition, Node whenTrue, Node whenFalse) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var chosen = condition.Evaluate(frame);
        if (chosen.Kind == CelKind.Bool)
            return (chosen.AsBool ? whenTrue : whenFalse).Evaluate(frame);
        return chosen.IsError ? chosen : CelValue.Error(CelError.NoSuchOverload);
    }
}

/// <summary>Goes on with a loop unless its outcome is decided; a failure decides nothing.</summary>
internal sealed class NotStrictlyFalseNode(Node operand) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        frame.Charge(1);
        return CelValue.Of(!operand.Evaluate(frame).IsFalse);
    }
}

/// <summary><c>operand.field</c>.</summary>
internal sealed class SelectNode(Node operand, string field) : Node
{
    private readonly CelValue _key = CelValue.Of(field);

    public override CelValue Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        frame.Charge(CelCostModel.NameCost);
        return value.IsError ? value : Selection.Select(value, _key);
    }
}

/// <summary><c>has(operand.field)</c>.</summary>
internal sealed class HasNode(Node operand, string field) : Node
{
    private readonly CelValue _key = CelValue.Of(field);

    public override CelValue Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        frame.Charge(CelCostModel.NameCost);
        return value.IsError ? value : Selection.Has(value, _key);
    }
}

/// <summary><c>operand[index]</c>, and <c>operand[?index]</c> or <c>operand.?field</c> when optional.</summary>
internal sealed class IndexNode(Node operand, Node index, bool optional) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        if (value.IsError)
            return value;
        var key = index.Evaluate(frame);
        if (key.IsError)
            return key;
        frame.Charge(1);
        return optional ? Selection.IndexOptional(value, key) : Selection.Index(value, key);
    }
}
