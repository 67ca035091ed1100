using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>
/// What an evaluation spends. Names and selections cost 1, a list 10, a map 30, an object 40; a call costs by this model, whose
/// units are cel-go's so that Kubernetes' limits mean the same. Derive from it to price a library's functions.
/// </summary>
public class CelCostModel
{
    internal const int NameCost = 1;
    internal const int ListCost = 10;
    internal const int MapCost = 30;
    internal const int ObjectCost = 40;

    private const double StringFactor = 0.1;
    private const double RegexFactor = 0.25;

    /// <summary>Model of the standard functions; everything else costs 1.</summary>
    public static CelCostModel Standard { get; } = new();

    /// <summary>Cost of one call that was made. The function is named as in the source or as in <see cref="Operators"/>.</summary>
    public virtual long CallCost(string function, ReadOnlySpan<CelValue> arguments, in CelValue result) => (function, arguments.Length) switch
    {
        ("startsWith" or "endsWith" or "strings.quote" or "format", _) => Traversal(Size(arguments[0])),
        ("bytes" or "string", 1) when arguments[0].Kind is CelKind.String or CelKind.Bytes && result.Kind != arguments[0].Kind =>
            Traversal(Size(arguments[0])),
        (Operators.In, 2) when arguments[1].Kind == CelKind.List => Size(arguments[1]),
        (Operators.Equal or Operators.NotEqual, 2) => Traversal(Math.Min(Size(arguments[0]), Size(arguments[1]))),
        (Operators.Less or Operators.LessOrEqual or Operators.Greater or Operators.GreaterOrEqual, 2) when IsText(arguments[0]) =>
            Traversal(Math.Min(Size(arguments[0]), Size(arguments[1]))),
        (Operators.Add, 2) when IsText(arguments[0]) => Traversal(Size(arguments[0]) + Size(arguments[1])),
        ("matches", 2) => Traversal(1 + Size(arguments[0])) * (long)Math.Ceiling(Size(arguments[1]) * RegexFactor),
        ("contains", 2) when arguments[0].Kind == CelKind.String => Traversal(Size(arguments[0])) * Traversal(Size(arguments[1])),
        _ => 1,
    };

    /// <summary>A value's size: characters, bytes, elements or entries; 1 for anything else.</summary>
    public static long Size(in CelValue value) => value.Kind switch
    {
        CelKind.String => value.AsString.Length,
        CelKind.Bytes => value.AsBytes.Length,
        CelKind.List => value.AsList.Count,
        CelKind.Map => value.AsMap.Count,
        CelKind.Optional when value.HasValue => Size(value.OptionalValue),
        _ => 1,
    };

    /// <summary>Cost of looking at so many characters once.</summary>
    protected static long Traversal(long size) => (long)Math.Ceiling(size * StringFactor);

    private static bool IsText(in CelValue value) => value.Kind is CelKind.String or CelKind.Bytes;
}
