using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Tests.Conformance;

/// <summary>cel.block, cel.index, cel.iterVar and cel.accuVar, which the conformance data use to write what optimizers make.</summary>
internal sealed class BlockMacros : CelLibrary
{
    public override string Name => "block";

    public override void Declare(CelDeclarations declare)
    {
        declare.Macro(new("block", true, 2, Of((context, arguments) => ((ListExpression)arguments[0]).Elements
            .Select((element, i) => (element, i))
            .Reverse()
            .Aggregate(arguments[1], (result, bound) => context.Bind($"@index{bound.i}", bound.element, result)))));
        declare.Macro(new("index", true, 1, Of((context, arguments) => context.Identifier($"@index{Number(arguments[0])}"))));
        declare.Macro(new("iterVar", true, 2, Of((context, arguments) => context.Identifier($"@it:{Number(arguments[0])}:{Number(arguments[1])}"))));
        declare.Macro(new("accuVar", true, 2, Of((context, arguments) => context.Identifier($"@ac:{Number(arguments[0])}:{Number(arguments[1])}"))));
    }

    private static CelMacroExpander Of(Func<CelMacroContext, IReadOnlyList<CelExpression>, CelExpression> expand) =>
        (context, target, arguments) => target is IdentifierExpression { Name: "cel" } ? expand(context, arguments) : null;

    private static long Number(CelExpression literal) => ((LiteralExpression)literal).Value.AsInt;
}
