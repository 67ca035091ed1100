using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>Values that may be absent: <c>a.?b</c>, <c>a[?0]</c>, <c>[?x]</c>, <c>optional.of(x)</c>, <c>x.orValue(y)</c>, <c>x.optMap(v, e)</c>.</summary>
public sealed class OptionalsLibrary : CelLibrary
{
    private static readonly CelType V = CelType.Parameter("V");
    private static readonly CelType K = CelType.Parameter("K");
    private static readonly CelType Optional = CelType.Optional(V);
    private static readonly CelType List = CelType.List(V);
    private static readonly CelType Map = CelType.Map(K, V);

    /// <inheritdoc/>
    public override string Name => "optional";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        declare.Type(CelType.OptionalOfDyn);
        declare.Function("optional.of", "optional_of", [V], Optional, arguments => CelValue.Some(arguments[0]));
        declare.Function("optional.ofNonZeroValue", "optional_ofNonZeroValue", [V], Optional, arguments =>
            IsZero(arguments[0]) ? CelValue.None : CelValue.Some(arguments[0]));
        declare.Function("optional.none", "optional_none", [], Optional, _ => CelValue.None);
        declare.Method("value", "optional_value", [Optional], V, arguments =>
            arguments[0].HasValue ? arguments[0].OptionalValue : CelValue.Error("optional.none() dereference"));
        declare.Method("hasValue", "optional_hasValue", [Optional], CelType.Bool, arguments => CelValue.Of(arguments[0].HasValue));
        declare.Method("or", "optional_or_optional", [Optional, Optional], Optional, arguments =>
            arguments[0].HasValue ? arguments[0] : arguments[1]);
        declare.Method("orValue", "optional_orValue_value", [Optional, V], V, arguments =>
            arguments[0].HasValue ? arguments[0].OptionalValue : arguments[1]);
        declare.Function("optional.unwrap", "optional_unwrap", [CelType.List(Optional)], List, Unwrap);
        declare.Method("unwrapOpt", "optional_unwrapOpt", [CelType.List(Optional)], List, Unwrap);
        DeclareIndexes(declare);
        declare.Macro(new("optMap", true, 2, (context, target, arguments) => Mapped(context, target!, arguments, wrap: true)));
        declare.Macro(new("optFlatMap", true, 2, (context, target, arguments) => Mapped(context, target!, arguments, wrap: false)));
    }

    private static void DeclareIndexes(CelDeclarations declare)
    {
        declare.Function(Operators.OptionalIndex, "list_optindex_optional_int", [List, CelType.Int], Optional, null);
        declare.Function(Operators.OptionalIndex, "optional_list_optindex_optional_int", [CelType.Optional(List), CelType.Int], Optional, null);
        declare.Function(Operators.OptionalIndex, "map_optindex_optional_value", [Map, K], Optional, null);
        declare.Function(Operators.OptionalIndex, "optional_map_optindex_optional_value", [CelType.Optional(Map), K], Optional, null);
        declare.Function(Operators.Index, "optional_list_index_int", [CelType.Optional(List), CelType.Int], Optional, null);
        declare.Function(Operators.Index, "optional_map_index_value", [CelType.Optional(Map), K], Optional, null);
    }

    private static CelExpression Mapped(CelMacroContext context, CelExpression target, IReadOnlyList<CelExpression> arguments, bool wrap)
    {
        // The target stands twice in what follows: anything but a name is evaluated once, else chains would double with every link.
        const string Target = "@target";
        return target is IdentifierExpression
            ? Mapped(context, target, target, arguments, wrap)
            : context.Bind(Target, target, Mapped(context, context.Identifier(Target), context.Identifier(Target), arguments, wrap));
    }

    private static CelExpression Mapped(
        CelMacroContext context, CelExpression tested, CelExpression used, IReadOnlyList<CelExpression> arguments, bool wrap)
    {
        var bound = context.Bind(CelMacroContext.VariableName(arguments[0]), context.Method(used, "value"), arguments[1]);
        return context.Call(
            Operators.Conditional,
            context.Method(tested, "hasValue"),
            wrap ? context.Call("optional.of", bound) : bound,
            context.Call("optional.none"));
    }

    private static CelValue Unwrap(ReadOnlySpan<CelValue> arguments)
    {
        var list = arguments[0].AsList;
        var values = new List<CelValue>(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Kind != CelKind.Optional)
                return CelValue.Error(CelError.NoSuchOverload);
            if (list[i].HasValue)
                values.Add(list[i].OptionalValue);
        }
        return CelValue.ListOf(values);
    }

    private static bool IsZero(in CelValue value) => value.Kind switch
    {
        CelKind.Null => true,
        CelKind.Bool => !value.AsBool,
        CelKind.Int or CelKind.Uint => value.AsInt == 0,
        CelKind.Double => value.AsDouble == 0,
        CelKind.String => value.AsString.Length == 0,
        CelKind.Bytes => value.AsBytes.Length == 0,
        CelKind.List => value.AsList.Count == 0,
        CelKind.Map => value.AsMap.Count == 0,
        CelKind.Duration => value.AsNanoseconds == 0,
        CelKind.Timestamp => value.AsTimestamp == default,
        CelKind.Optional => !value.HasValue,
        _ => false,
    };
}
