using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>
/// Macros over index and element, or key and value: all, exists, existsOne, transformList, transformMap, transformMapEntry.
/// </summary>
public sealed class TwoVariableComprehensionsLibrary : CelLibrary
{
    private static readonly CelType K = CelType.Parameter("K");
    private static readonly CelType V = CelType.Parameter("V");

    /// <inheritdoc/>
    public override string Name => "comprehensions";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        declare.Function(Operators.MapInsert, "@mapInsert_map_key_value", [CelType.Map(K, V), K, V], CelType.Map(K, V), null);
        declare.Function(Operators.MapInsert, "@mapInsert_map_map", [CelType.Map(K, V), CelType.Map(K, V)], CelType.Map(K, V), null);
        Predicate(declare, "all", StandardMacros.Every);
        Predicate(declare, "exists", StandardMacros.Any);
        Predicate(declare, "existsOne", StandardMacros.One);
        Predicate(declare, "exists_one", StandardMacros.One);
        Transform(declare, "transformList", StandardMacros.Gather);
        Transform(declare, "transformMap", (context, range, first, second, filter, value) =>
            Collect(context, range, first, second, filter, context.Identifier(first), value));
        Transform(declare, "transformMapEntry", (context, range, first, second, filter, entry) =>
            Collect(context, range, first, second, filter, entry));
    }

    private static void Predicate(
        CelDeclarations declare, string name, Func<CelMacroContext, CelExpression, string, string?, CelExpression, CelExpression> expand) =>
        declare.Macro(new(name, true, 3, (context, target, arguments) =>
        {
            var (first, second) = Names(arguments);
            return expand(context, target!, first, second, arguments[2]);
        }));

    private static void Transform(
        CelDeclarations declare, string name, Func<CelMacroContext, CelExpression, string, string?, CelExpression?, CelExpression, CelExpression> expand)
    {
        declare.Macro(new(name, true, 3, (context, target, arguments) =>
        {
            var (first, second) = Names(arguments);
            return expand(context, target!, first, second, null, arguments[2]);
        }));
        declare.Macro(new(name, true, 4, (context, target, arguments) =>
        {
            var (first, second) = Names(arguments);
            return expand(context, target!, first, second, arguments[2], arguments[3]);
        }));
    }

    private static (string First, string Second) Names(IReadOnlyList<CelExpression> arguments)
    {
        var first = CelMacroContext.VariableName(arguments[0]);
        var second = CelMacroContext.VariableName(arguments[1]);
        return first == second ? throw CelMacroContext.Refuse(arguments[1], $"duplicate variable name: {first}") : (first, second);
    }

    private static CelExpression Collect(
        CelMacroContext context, CelExpression range, string first, string? second, CelExpression? filter, params CelExpression[] inserted)
    {
        var step = context.Call(Operators.MapInsert, [context.AccumulatorName(), .. inserted]);
        return context.Fold(
            range, first, second, CelMacroContext.Accumulator, context.EmptyMap(), context.Literal(CelValue.True),
            filter is null ? step : context.Call(Operators.Conditional, filter, step, context.AccumulatorName()),
            context.AccumulatorName());
    }
}
