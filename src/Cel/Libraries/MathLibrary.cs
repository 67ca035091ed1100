using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>greatest, least, rounding, signs, tests of doubles, bits and roots under <c>math.</c>, as cel-go's math extension.</summary>
public sealed class MathLibrary : CelLibrary
{
    private static readonly CelType[] Numbers = [CelType.Int, CelType.Uint, CelType.Double];

    /// <inheritdoc/>
    public override string Name => "math";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        DeclareExtreme(declare, "greatest", "max", order => order > 0);
        DeclareExtreme(declare, "least", "min", order => order < 0);
        Rounding(declare, "ceil", Math.Ceiling);
        Rounding(declare, "floor", Math.Floor);
        Rounding(declare, "round", value => Math.Round(value, MidpointRounding.AwayFromZero));
        Rounding(declare, "trunc", Math.Truncate);
        Test(declare, "isInf", double.IsInfinity);
        Test(declare, "isNaN", double.IsNaN);
        Test(declare, "isFinite", double.IsFinite);
        foreach (var type in Numbers)
        {
            declare.Function("math.abs", $"math_abs_{type}", [type], type, arguments => Absolute(arguments[0]));
            declare.Function("math.sign", $"math_sign_{type}", [type], type, arguments => Sign(arguments[0]));
            declare.Function("math.sqrt", $"math_sqrt_{type}", [type], CelType.Double, arguments => CelValue.Of(Math.Sqrt(ToDouble(arguments[0]))));
        }
        DeclareBits(declare);
    }

    private static void DeclareBits(CelDeclarations declare)
    {
        Bits(declare, "bitAnd", (left, right) => left & right);
        Bits(declare, "bitOr", (left, right) => left | right);
        Bits(declare, "bitXor", (left, right) => left ^ right);
        foreach (var type in new[] { CelType.Int, CelType.Uint })
        {
            declare.Function("math.bitNot", $"math_bitNot_{type}", [type], type, arguments => Like(arguments[0], ~arguments[0].AsInt));
            declare.Function("math.bitShiftLeft", $"math_bitShiftLeft_{type}_int", [type, CelType.Int], type, arguments =>
                Shift(arguments[0], arguments[1].AsInt, (bits, by) => (long)(bits << by)));
            declare.Function("math.bitShiftRight", $"math_bitShiftRight_{type}_int", [type, CelType.Int], type, arguments =>
                Shift(arguments[0], arguments[1].AsInt, (bits, by) => (long)(bits >> by)));
        }
    }

    /// <summary>
    /// greatest and least take any number of arguments, or a list: a macro makes one or two arguments or a list of them, so that
    /// the checker sees plain overloads.
    /// </summary>
    private static void DeclareExtreme(CelDeclarations declare, string name, string function, Func<int, bool> wins)
    {
        var full = "math.@" + function;
        foreach (var type in Numbers)
        {
            declare.Function(full, $"math_{full}_{type}", [type], type, arguments => arguments[0]);
            declare.Function(full, $"math_{full}_list_{type}", [CelType.List(type)], type, arguments => OfList(arguments[0].AsList, full, wins));
            foreach (var other in Numbers)
            {
                declare.Function(full, $"math_{full}_{type}_{other}", [type, other], type == other ? type : CelType.Dyn, arguments =>
                    wins(CelEquality.CompareNumbers(arguments[1], arguments[0]) ?? 0) ? arguments[1] : arguments[0]);
            }
        }
        declare.Macro(new(name, true, null, (context, target, arguments) =>
            target is IdentifierExpression { Name: "math" } ? Expand(context, full, "math." + name, arguments, target) : null));
    }

    private static CelExpression Expand(
        CelMacroContext context, string function, string written, IReadOnlyList<CelExpression> arguments, CelExpression target)
    {
        if (arguments.Count == 0)
            throw CelMacroContext.Refuse(target, $"{written}() requires at least one argument");
        foreach (var argument in arguments)
        {
            var isList = argument is ListExpression { Elements.Count: > 0 } list && list.Elements.All(MayBeNumber);
            if (!(arguments.Count == 1 && isList) && !MayBeNumber(argument))
                throw CelMacroContext.Refuse(argument, $"{written}() {(arguments.Count == 1 ? "invalid single argument value" : "simple literal arguments must be numeric")}");
        }
        return arguments.Count <= 2 ? context.Call(function, arguments) : context.Call(function, context.List(arguments));
    }

    private static bool MayBeNumber(CelExpression argument) => argument switch
    {
        LiteralExpression literal => CelEquality.IsNumber(literal.Value.Kind),
        ListExpression or MapExpression or StructExpression => false,
        _ => true,
    };

    private static CelValue OfList(ICelList list, string function, Func<int, bool> wins)
    {
        if (list.Count == 0)
            return CelValue.Error($"{function}(list) argument must not be empty");
        var best = list[0];
        for (var i = 0; i < list.Count; i++)
        {
            if (!CelEquality.IsNumber(list[i].Kind))
                return CelValue.Error(CelError.NoSuchOverload);
            if (wins(CelEquality.CompareNumbers(list[i], best) ?? 0))
                best = list[i];
        }
        return best;
    }

    private static void Rounding(CelDeclarations declare, string name, Func<double, double> round) =>
        declare.Function($"math.{name}", $"math_{name}_double", [CelType.Double], CelType.Double, arguments =>
            CelValue.Of(round(arguments[0].AsDouble)));

    private static void Test(CelDeclarations declare, string name, Func<double, bool> test) =>
        declare.Function($"math.{name}", $"math_{name}_double", [CelType.Double], CelType.Bool, arguments =>
            CelValue.Of(test(arguments[0].AsDouble)));

    private static void Bits(CelDeclarations declare, string name, Func<long, long, long> combine)
    {
        foreach (var type in new[] { CelType.Int, CelType.Uint })
        {
            declare.Function($"math.{name}", $"math_{name}_{type}", [type, type], type, arguments =>
                Like(arguments[0], combine(arguments[0].AsInt, arguments[1].AsInt)));
        }
    }

    private static CelValue Shift(in CelValue value, long by, Func<ulong, int, long> shift)
    {
        if (by < 0)
            return CelValue.Error($"math.bitShift() negative offset: {by}");
        return Like(value, by > 63 ? 0 : shift((ulong)value.AsInt, (int)by));
    }

    private static CelValue Like(in CelValue value, long bits) => value.Kind == CelKind.Uint ? CelValue.Of((ulong)bits) : CelValue.Of(bits);

    private static CelValue Absolute(in CelValue value) => value.Kind switch
    {
        CelKind.Int when value.AsInt == long.MinValue => CelValue.Error(CelError.Overflow),
        CelKind.Int => CelValue.Of(Math.Abs(value.AsInt)),
        CelKind.Double => CelValue.Of(Math.Abs(value.AsDouble)),
        _ => value,
    };

    private static CelValue Sign(in CelValue value) => value.Kind switch
    {
        CelKind.Int => CelValue.Of((long)Math.Sign(value.AsInt)),
        CelKind.Uint => CelValue.Of(value.AsUint == 0 ? 0ul : 1ul),
        _ => double.IsNaN(value.AsDouble) ? value : CelValue.Of((double)Math.Sign(value.AsDouble)),
    };

    private static double ToDouble(in CelValue value) => value.Kind switch
    {
        CelKind.Int => value.AsInt,
        CelKind.Uint => value.AsUint,
        _ => value.AsDouble,
    };
}
