using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Parsing;

internal enum TokenKind
{
    End,
    Identifier,
    QuotedIdentifier,
    Literal,
    Symbol,
}

/// <summary>One word of an expression; a literal carries its value, but for the digits of an int, whose sign is not known yet.</summary>
internal readonly record struct Token(TokenKind Kind, int Offset, string Text, CelValue Value = default)
{
    public bool Is(string symbol) => Kind == TokenKind.Symbol && Text == symbol;

    /// <summary>"in" is written like a name but is an operator.</summary>
    public bool IsIn => Kind == TokenKind.Identifier && Text == "in";
}

/// <summary>The expression is not one; the offset says where.</summary>
internal sealed class CelSyntaxException(int offset, string message) : Exception(message)
{
    public int Offset { get; } = offset;
}
