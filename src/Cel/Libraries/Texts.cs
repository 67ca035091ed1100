using System.Text;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>The standard functions of strings and sizes. Lengths are in code points.</summary>
internal static class Texts
{
    public static void Declare(CelDeclarations declare)
    {
        var text = CelType.String;
        foreach (var type in new[]
                 {
                     CelType.String, CelType.Bytes, CelType.List(CelType.Parameter("A")), CelType.Map(CelType.Parameter("A"), CelType.Parameter("B")),
                 })
        {
            declare.Function("size", $"size_{type.Name}", [type], CelType.Int, arguments => CelValue.Of(Size(arguments[0])));
            declare.Method("size", $"{type.Name}_size", [type], CelType.Int, arguments => CelValue.Of(Size(arguments[0])));
        }
        declare.Method("contains", "contains_string", [text, text], CelType.Bool, arguments =>
            CelValue.Of(arguments[0].AsString.Contains(arguments[1].AsString, StringComparison.Ordinal)));
        declare.Method("startsWith", "starts_with_string", [text, text], CelType.Bool, arguments =>
            CelValue.Of(arguments[0].AsString.StartsWith(arguments[1].AsString, StringComparison.Ordinal)));
        declare.Method("endsWith", "ends_with_string", [text, text], CelType.Bool, arguments =>
            CelValue.Of(arguments[0].AsString.EndsWith(arguments[1].AsString, StringComparison.Ordinal)));
        declare.Method("matches", "matches_string", [text, text], CelType.Bool, Matches);
        declare.Function("matches", "matches", [text, text], CelType.Bool, Matches);
    }

    /// <summary>Code points of a text.</summary>
    public static long CodePoints(string text)
    {
        long count = text.Length;
        foreach (var c in text)
        {
            if (char.IsLowSurrogate(c))
                count--;
        }
        return count;
    }

    /// <summary>The text as code points, when units and code points differ; null when they are the same.</summary>
    public static Rune[]? RunesOf(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? [.. text.EnumerateRunes()] : null;

    private static long Size(in CelValue value) =>
        value.Kind == CelKind.String ? CodePoints(value.AsString) : Evaluation.CelCostModel.Size(value);

    private static CelValue Matches(ReadOnlySpan<CelValue> arguments) => RegularExpressions.TryCompile(arguments[1].AsString, out var regex)
        ? CelValue.Of(regex.IsMatch(arguments[0].AsString))
        : RegularExpressions.Invalid(arguments[1].AsString);
}
