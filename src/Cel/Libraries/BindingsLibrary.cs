using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Parsing;

namespace ControlPlane.Cel.Libraries;

/// <summary><c>cel.bind(name, value, expression)</c>: a value that is evaluated once and used by name.</summary>
public sealed class BindingsLibrary : CelLibrary
{
    /// <inheritdoc/>
    public override string Name => "bindings";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare) => declare.Macro(new("bind", true, 3, Bind));

    private static CelExpression? Bind(CelMacroContext context, CelExpression? target, IReadOnlyList<CelExpression> arguments) =>
        target is IdentifierExpression { Name: "cel" }
            ? context.Bind(CelMacroContext.VariableName(arguments[0]), arguments[1], arguments[2])
            : null;
}
