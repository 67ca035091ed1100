using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>The operators on values: overflow and division by zero are failures, as is a pair of kinds that has no meaning.</summary>
internal static class Arithmetic
{
    public static UnaryOperation? Unary(string function) => function switch
    {
        Operators.Not => Not,
        Operators.Negate => Negate,
        _ => null,
    };

    public static BinaryOperation? Binary(string function) => function switch
    {
        Operators.Equal => static (in left, in right) => CelValue.Of(CelEquality.AreEqual(left, right)),
        Operators.NotEqual => static (in left, in right) => CelValue.Of(!CelEquality.AreEqual(left, right)),
        Operators.Less => static (in left, in right) => Order(left, right, order => order < 0),
        Operators.LessOrEqual => static (in left, in right) => Order(left, right, order => order <= 0),
        Operators.Greater => static (in left, in right) => Order(left, right, order => order > 0),
        Operators.GreaterOrEqual => static (in left, in right) => Order(left, right, order => order >= 0),
        Operators.Add => Add,
        Operators.Subtract => Subtract,
        Operators.Multiply => Multiply,
        Operators.Divide => Divide,
        Operators.Modulo => Modulo,
        Operators.In => In,
        _ => null,
    };

    private static CelValue NoOverload => CelValue.Error(CelError.NoSuchOverload);

    private static CelValue Overflow => CelValue.Error(CelError.Overflow);

    private static CelValue UnsignedOverflow => CelValue.Error(CelError.UnsignedOverflow);

    private static CelValue Not(in CelValue operand) => operand.Kind == CelKind.Bool ? CelValue.Of(!operand.AsBool) : NoOverload;

    private static CelValue Negate(in CelValue operand) => operand.Kind switch
    {
        CelKind.Int => operand.AsInt == long.MinValue ? Overflow : CelValue.Of(-operand.AsInt),
        CelKind.Double => CelValue.Of(-operand.AsDouble),
        CelKind.Duration => operand.AsNanoseconds == long.MinValue ? Overflow : CelValue.DurationOf(-operand.AsNanoseconds),
        _ => NoOverload,
    };

    private static CelValue Order(in CelValue left, in CelValue right, Func<int, bool> holds)
    {
        if (CelEquality.Compare(left, right) is { } order)
            return CelValue.Of(holds(order));
        // NaN has no order, which is an answer.
        return CelEquality.IsNumber(left.Kind) && CelEquality.IsNumber(right.Kind) ? CelValue.False : NoOverload;
    }

    private static CelValue Add(in CelValue left, in CelValue right)
    {
        switch (left.Kind, right.Kind)
        {
            case (CelKind.Int, CelKind.Int):
                var sum = unchecked(left.AsInt + right.AsInt);
                return ((left.AsInt ^ sum) & (right.AsInt ^ sum)) < 0 ? Overflow : CelValue.Of(sum);
            case (CelKind.Uint, CelKind.Uint):
                var total = unchecked(left.AsUint + right.AsUint);
                return total < left.AsUint ? UnsignedOverflow : CelValue.Of(total);
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(left.AsDouble + right.AsDouble);
            case (CelKind.String, CelKind.String):
                return CelValue.Of(left.AsString + right.AsString);
            case (CelKind.Bytes, CelKind.Bytes):
                return CelValue.Of([.. left.AsBytes.Span, .. right.AsBytes.Span]);
            case (CelKind.List, CelKind.List):
                return CelValue.Of(ConcatenatedList.Join(left.AsList, right.AsList));
            case (CelKind.Timestamp, CelKind.Duration):
                return Moved(left, right.AsNanoseconds);
            case (CelKind.Duration, CelKind.Timestamp):
                return Moved(right, left.AsNanoseconds);
            case (CelKind.Duration, CelKind.Duration):
                var span = (Int128)left.AsNanoseconds + right.AsNanoseconds;
                return Span(span);
            default:
                return NoOverload;
        }
    }

    private static CelValue Subtract(in CelValue left, in CelValue right)
    {
        switch (left.Kind, right.Kind)
        {
            case (CelKind.Int, CelKind.Int):
                var difference = unchecked(left.AsInt - right.AsInt);
                return ((left.AsInt ^ right.AsInt) & (left.AsInt ^ difference)) < 0 ? Overflow : CelValue.Of(difference);
            case (CelKind.Uint, CelKind.Uint):
                return right.AsUint > left.AsUint ? UnsignedOverflow : CelValue.Of(left.AsUint - right.AsUint);
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(left.AsDouble - right.AsDouble);
            case (CelKind.Timestamp, CelKind.Timestamp):
                return left.AsTimestamp.Since(right.AsTimestamp) is { } since ? CelValue.DurationOf(since) : CelValue.Error(CelError.TimeRange);
            case (CelKind.Timestamp, CelKind.Duration):
                return right.AsNanoseconds == long.MinValue ? CelValue.Error(CelError.TimeRange) : Moved(left, -right.AsNanoseconds);
            case (CelKind.Duration, CelKind.Duration):
                return Span((Int128)left.AsNanoseconds - right.AsNanoseconds);
            default:
                return NoOverload;
        }
    }

    private static CelValue Multiply(in CelValue left, in CelValue right)
    {
        switch (left.Kind, right.Kind)
        {
            case (CelKind.Int, CelKind.Int):
                var product = (Int128)left.AsInt * right.AsInt;
                return product < long.MinValue || product > long.MaxValue ? Overflow : CelValue.Of((long)product);
            case (CelKind.Uint, CelKind.Uint):
                var wide = (UInt128)left.AsUint * right.AsUint;
                return wide > ulong.MaxValue ? UnsignedOverflow : CelValue.Of((ulong)wide);
            case (CelKind.Double, CelKind.Double):
                return CelValue.Of(left.AsDouble * right.AsDouble);
            default:
                return NoOverload;
        }
    }

    private static CelValue Divide(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) when right.AsInt == 0 => CelValue.Error(CelError.DivisionByZero),
        (CelKind.Int, CelKind.Int) when right.AsInt == -1 && left.AsInt == long.MinValue => Overflow,
        (CelKind.Int, CelKind.Int) => CelValue.Of(left.AsInt / right.AsInt),
        (CelKind.Uint, CelKind.Uint) => right.AsUint == 0 ? CelValue.Error(CelError.DivisionByZero) : CelValue.Of(left.AsUint / right.AsUint),
        (CelKind.Double, CelKind.Double) => CelValue.Of(left.AsDouble / right.AsDouble),
        _ => NoOverload,
    };

    private static CelValue Modulo(in CelValue left, in CelValue right) => (left.Kind, right.Kind) switch
    {
        (CelKind.Int, CelKind.Int) when right.AsInt == 0 => CelValue.Error(CelError.ModulusByZero),
        (CelKind.Int, CelKind.Int) when right.AsInt == -1 => left.AsInt == long.MinValue ? Overflow : CelValue.Of(0L),
        (CelKind.Int, CelKind.Int) => CelValue.Of(left.AsInt % right.AsInt),
        (CelKind.Uint, CelKind.Uint) => right.AsUint == 0 ? CelValue.Error(CelError.ModulusByZero) : CelValue.Of(left.AsUint % right.AsUint),
        _ => NoOverload,
    };

    private static CelValue In(in CelValue element, in CelValue container)
    {
        if (container.Kind == CelKind.Map)
            return CelValue.Of(container.AsMap.TryGet(element, out _));
        if (container.Kind != CelKind.List)
            return NoOverload;
        var list = container.AsList;
        for (var i = 0; i < list.Count; i++)
        {
            if (CelEquality.AreEqual(list[i], element))
                return CelValue.True;
        }
        return CelValue.False;
    }

    private static CelValue Moved(in CelValue timestamp, long nanoseconds) =>
        timestamp.AsTimestamp.Add(nanoseconds) is { } moved ? CelValue.Of(moved) : CelValue.Error(CelError.TimeRange);

    private static CelValue Span(Int128 nanoseconds) =>
        nanoseconds < long.MinValue || nanoseconds > long.MaxValue ? CelValue.Error(CelError.TimeRange) : CelValue.DurationOf((long)nanoseconds);
}
