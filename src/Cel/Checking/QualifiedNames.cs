using ControlPlane.Cel.Ast;

namespace ControlPlane.Cel.Checking;

/// <summary>Names with dots, and where they are looked for: in the container, in those around it, then at the root.</summary>
internal static class QualifiedNames
{
    /// <summary><c>a.b.c</c> if the expression is written like one; null otherwise.</summary>
    public static string? Of(CelExpression expression) => expression switch
    {
        IdentifierExpression identifier => identifier.Name,
        SelectExpression { TestOnly: false } select when Of(select.Operand) is { } operand => $"{operand}.{select.Field}",
        _ => null,
    };

    /// <summary>The first part of such a name.</summary>
    public static string Root(string name) => name.IndexOf('.', 1) is > 0 and var dot ? name[..dot] : name;

    /// <summary>In container a.b: <c>a.b.x</c>, <c>a.x</c>, <c>x</c>; for <c>.x</c> only <c>x</c>.</summary>
    public static IEnumerable<string> Candidates(string container, string name)
    {
        if (name.StartsWith('.'))
        {
            yield return name[1..];
            yield break;
        }
        for (var prefix = container; prefix.Length > 0; prefix = prefix.LastIndexOf('.') is >= 0 and var dot ? prefix[..dot] : "")
            yield return $"{prefix}.{name}";
        yield return name;
    }
}
