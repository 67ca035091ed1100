using ControlPlane.Cel.Ast;

namespace ControlPlane.Cel.Parsing;

/// <summary>Bounds a tree's depth without recursion, so that everything after the parser may recurse.</summary>
internal static class ExpressionDepth
{
    public static bool Exceeds(CelExpression root, int limit)
    {
        var open = new Stack<(CelExpression Node, int Depth)>();
        open.Push((root, 1));
        while (open.TryPop(out var next))
        {
            if (next.Depth > limit)
                return true;
            foreach (var child in Children(next.Node))
                open.Push((child, next.Depth + 1));
        }
        return false;
    }

    private static IEnumerable<CelExpression> Children(CelExpression node) => node switch
    {
        SelectExpression select => [select.Operand],
        CallExpression { Target: { } target } call => call.Arguments.Prepend(target),
        CallExpression call => call.Arguments,
        ListExpression list => list.Elements,
        MapExpression map => map.Entries.SelectMany(entry => new[] { entry.Key, entry.Value }),
        StructExpression value => value.Fields.Select(field => field.Value),
        ComprehensionExpression fold => [fold.Range, fold.Initial, fold.Condition, fold.Step, fold.Result],
        _ => [],
    };
}
