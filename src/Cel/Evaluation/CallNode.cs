using System.Runtime.CompilerServices;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>A function of a library: the first overload that accepts the values.</summary>
internal sealed class CallNode(string function, Node[] arguments, CelOverload[] overloads) : Node
{
    [InlineArray(Length)]
    private struct Few
    {
        public const int Length = 4;
        private CelValue _first;
    }

    public override CelValue Evaluate(Frame frame)
    {
        var few = new Few();
        var values = arguments.Length <= Few.Length ? ((Span<CelValue>)few)[..arguments.Length] : new CelValue[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Evaluate(frame);
            if (values[i].IsError)
                return values[i];
        }
        foreach (var overload in overloads)
        {
            if (overload.Implementation is { } implementation && overload.Accepts(values))
            {
                var result = implementation(values);
                frame.Charge(frame.Costs.CallCost(function, values, result));
                return result;
            }
        }
        return CelValue.Error(overloads.Length == 0 ? new CelError($"unbound function: {function}") : CelError.NoSuchOverload);
    }
}

internal delegate CelValue UnaryOperation(in CelValue operand);

internal delegate CelValue BinaryOperation(in CelValue left, in CelValue right);

/// <summary>An operator with one operand.</summary>
internal sealed class UnaryNode(string function, UnaryOperation operation, Node operand) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        if (value.IsError)
            return value;
        var result = operation(value);
        frame.Charge(frame.Costs.CallCost(function, new ReadOnlySpan<CelValue>(in value), result));
        return result;
    }
}

/// <summary>An operator with two operands.</summary>
internal sealed class BinaryNode(string function, BinaryOperation operation, Node left, Node right) : Node
{
    [InlineArray(2)]
    private struct Pair
    {
        private CelValue _first;
    }

    public override CelValue Evaluate(Frame frame)
    {
        var pair = new Pair();
        pair[0] = left.Evaluate(frame);
        if (pair[0].IsError)
            return pair[0];
        pair[1] = right.Evaluate(frame);
        if (pair[1].IsError)
            return pair[1];
        var result = operation(pair[0], pair[1]);
        frame.Charge(frame.Costs.CallCost(function, pair, result));
        return result;
    }
}
