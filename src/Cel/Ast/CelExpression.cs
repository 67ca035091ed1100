using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Ast;

/// <summary>One node of a parsed expression. The forms are those of the specification's syntax tree; macros are expanded already.</summary>
/// <param name="Id">Unique in its expression; the checker's findings are keyed by it.</param>
/// <param name="Offset">Where it stands in the source, in UTF-16 units; operators stand at their symbol.</param>
public abstract record CelExpression(int Id, int Offset);

/// <summary>A constant.</summary>
public sealed record LiteralExpression(int Id, int Offset, CelValue Value) : CelExpression(Id, Offset);

/// <summary>A name; with a leading dot it is looked up from the root only.</summary>
public sealed record IdentifierExpression(int Id, int Offset, string Name) : CelExpression(Id, Offset);

/// <summary><c>operand.field</c>, or <c>has(operand.field)</c> when <paramref name="TestOnly"/>.</summary>
public sealed record SelectExpression(int Id, int Offset, CelExpression Operand, string Field, bool TestOnly) : CelExpression(Id, Offset);

/// <summary>A function, method or operator (<c>_+_</c>, <c>_?_:_</c>, <c>_[_]</c>) applied.</summary>
public sealed record CallExpression(int Id, int Offset, string Function, CelExpression? Target, IReadOnlyList<CelExpression> Arguments)
    : CelExpression(Id, Offset);

/// <summary><c>[a, ?b]</c>; <paramref name="Optional"/> tells which elements may be absent.</summary>
public sealed record ListExpression(int Id, int Offset, IReadOnlyList<CelExpression> Elements, IReadOnlyList<bool> Optional)
    : CelExpression(Id, Offset);

/// <summary>One <c>key: value</c> or <c>?key: value</c> of a map.</summary>
public sealed record MapEntry(CelExpression Key, CelExpression Value, bool Optional);

/// <summary><c>{k: v}</c>.</summary>
public sealed record MapExpression(int Id, int Offset, IReadOnlyList<MapEntry> Entries) : CelExpression(Id, Offset);

/// <summary>One <c>field: value</c> or <c>?field: value</c> of an object.</summary>
public sealed record FieldEntry(string Field, CelExpression Value, bool Optional, int Offset);

/// <summary><c>Type{field: value}</c>.</summary>
public sealed record StructExpression(int Id, int Offset, string TypeName, IReadOnlyList<FieldEntry> Fields) : CelExpression(Id, Offset);

/// <summary>
/// A fold, the one loop there is: for each element of <paramref name="Range"/>, while <paramref name="Condition"/> holds,
/// the accumulator becomes <paramref name="Step"/>; the value is <paramref name="Result"/>.
/// With a second variable the two are index and element, or key and value.
/// </summary>
public sealed record ComprehensionExpression(
    int Id,
    int Offset,
    CelExpression Range,
    string Variable,
    string? SecondVariable,
    string Accumulator,
    CelExpression Initial,
    CelExpression Condition,
    CelExpression Step,
    CelExpression Result) : CelExpression(Id, Offset);
