using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Parsing;

/// <summary>The macros of the specification: has, and the five over one variable.</summary>
internal static class StandardMacros
{
    public static IReadOnlyList<CelMacro> All { get; } =
    [
        new("has", false, 1, Has),
        new("all", true, 2, (context, target, arguments) => Every(context, target!, CelMacroContext.VariableName(arguments[0]), null, arguments[1])),
        new("exists", true, 2, (context, target, arguments) => Any(context, target!, CelMacroContext.VariableName(arguments[0]), null, arguments[1])),
        new("exists_one", true, 2, (context, target, arguments) => One(context, target!, CelMacroContext.VariableName(arguments[0]), null, arguments[1])),
        new("existsOne", true, 2, (context, target, arguments) => One(context, target!, CelMacroContext.VariableName(arguments[0]), null, arguments[1])),
        new("map", true, 2, (context, target, arguments) =>
            Gather(context, target!, CelMacroContext.VariableName(arguments[0]), null, null, arguments[1])),
        new("map", true, 3, (context, target, arguments) =>
            Gather(context, target!, CelMacroContext.VariableName(arguments[0]), null, arguments[1], arguments[2])),
        new("filter", true, 2, (context, target, arguments) =>
            Gather(context, target!, CelMacroContext.VariableName(arguments[0]), null, arguments[1], arguments[0])),
    ];

    public static CelExpression Every(CelMacroContext context, CelExpression range, string first, string? second, CelExpression predicate) => context.Fold(
        range, first, second, CelMacroContext.Accumulator,
        context.Literal(CelValue.True),
        context.Call(Operators.NotStrictlyFalse, context.AccumulatorName()),
        context.Call(Operators.And, context.AccumulatorName(), predicate),
        context.AccumulatorName());

    public static CelExpression Any(CelMacroContext context, CelExpression range, string first, string? second, CelExpression predicate) => context.Fold(
        range, first, second, CelMacroContext.Accumulator,
        context.Literal(CelValue.False),
        context.Call(Operators.NotStrictlyFalse, context.Call(Operators.Not, context.AccumulatorName())),
        context.Call(Operators.Or, context.AccumulatorName(), predicate),
        context.AccumulatorName());

    public static CelExpression One(CelMacroContext context, CelExpression range, string first, string? second, CelExpression predicate) => context.Fold(
        range, first, second, CelMacroContext.Accumulator,
        context.Literal(CelValue.Of(0L)),
        context.Literal(CelValue.True),
        context.Call(
            Operators.Conditional,
            predicate,
            context.Call(Operators.Add, context.AccumulatorName(), context.Literal(CelValue.Of(1L))),
            context.AccumulatorName()),
        context.Call(Operators.Equal, context.AccumulatorName(), context.Literal(CelValue.Of(1L))));

    /// <summary>A list of what <paramref name="element"/> gives, for those that pass the filter.</summary>
    public static CelExpression Gather(
        CelMacroContext context, CelExpression range, string first, string? second, CelExpression? filter, CelExpression element)
    {
        var step = context.Call(Operators.Add, context.AccumulatorName(), context.List(element));
        return context.Fold(
            range, first, second, CelMacroContext.Accumulator, context.List(), context.Literal(CelValue.True),
            filter is null ? step : context.Call(Operators.Conditional, filter, step, context.AccumulatorName()),
            context.AccumulatorName());
    }

    private static CelExpression Has(CelMacroContext context, CelExpression? target, IReadOnlyList<CelExpression> arguments) =>
        arguments[0] is SelectExpression { TestOnly: false } select
            ? context.Has(select.Operand, select.Field)
            : throw CelMacroContext.Refuse(arguments[0], "invalid argument to has() macro");
}
