using ControlPlane.Cel.Ast;

namespace ControlPlane.Cel.Parsing;

/// <summary>Rewrites a call that looks like this macro; null leaves the call as it is.</summary>
public delegate CelExpression? CelMacroExpander(CelMacroContext context, CelExpression? target, IReadOnlyList<CelExpression> arguments);

/// <summary>
/// A call that is rewritten while it is parsed: <c>has(a.b)</c>, <c>list.all(x, p)</c>. Found by name, by standing after a dot or
/// not, and by its number of arguments (null: any number).
/// </summary>
public sealed record CelMacro(string Name, bool IsMethod, int? ArgumentCount, CelMacroExpander Expand);

/// <summary>Builds what a macro becomes. Every node made here stands where the macro's call stands.</summary>
public sealed class CelMacroContext
{
    /// <summary>The accumulator of comprehensions; no identifier of a source can be written like it.</summary>
    public const string Accumulator = "@result";

    private readonly Func<int> _nextId;
    private readonly int _offset;

    internal CelMacroContext(Func<int> nextId, int offset)
    {
        _nextId = nextId;
        _offset = offset;
    }

    /// <summary>A constant.</summary>
    public CelExpression Literal(Values.CelValue value) => new LiteralExpression(_nextId(), _offset, value);

    /// <summary>A name.</summary>
    public CelExpression Identifier(string name) => new IdentifierExpression(_nextId(), _offset, name);

    /// <summary>A function or operator applied.</summary>
    public CelExpression Call(string function, params IReadOnlyList<CelExpression> arguments) =>
        new CallExpression(_nextId(), _offset, function, null, arguments);

    /// <summary>A method applied.</summary>
    public CelExpression Method(CelExpression target, string function, params IReadOnlyList<CelExpression> arguments) =>
        new CallExpression(_nextId(), _offset, function, target, arguments);

    /// <summary>A list.</summary>
    public CelExpression List(params IReadOnlyList<CelExpression> elements) =>
        new ListExpression(_nextId(), _offset, elements, new bool[elements.Count]);

    /// <summary>An empty map.</summary>
    public CelExpression EmptyMap() => new MapExpression(_nextId(), _offset, []);

    /// <summary><c>has(operand.field)</c>.</summary>
    public CelExpression Has(CelExpression operand, string field) =>
        new SelectExpression(_nextId(), _offset, operand, field, TestOnly: true);

    /// <summary>A fold.</summary>
    public CelExpression Fold(
        CelExpression range, string variable, string? secondVariable, string accumulator,
        CelExpression initial, CelExpression condition, CelExpression step, CelExpression result) =>
        new ComprehensionExpression(_nextId(), _offset, range, variable, secondVariable, accumulator, initial, condition, step, result);

    /// <summary><c>result</c>, in which <paramref name="name"/> stands for <paramref name="value"/>: a fold over nothing.</summary>
    public CelExpression Bind(string name, CelExpression value, CelExpression result) =>
        Fold(List(), "#unused", null, name, value, Literal(Values.CelValue.False), Identifier(name), result);

    /// <summary>The accumulator's name, as an expression.</summary>
    public CelExpression AccumulatorName() => Identifier(Accumulator);

    /// <summary>The name that an argument is, which must be a simple one.</summary>
    /// <exception cref="Exception">It is not; the parser turns this into an issue.</exception>
    public static string VariableName(CelExpression argument) => argument is IdentifierExpression { Name: var name } && !name.StartsWith('.')
        ? name
        : throw new CelSyntaxException(argument.Offset, "argument must be a simple name");

    /// <summary>Refuses the call.</summary>
    public static Exception Refuse(CelExpression at, string message) => new CelSyntaxException(at.Offset, message);
}
