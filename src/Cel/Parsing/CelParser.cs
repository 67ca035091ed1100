using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Parsing;

/// <summary>
/// Recursive descent over the specification's grammar. Chains of <c>&amp;&amp;</c> and <c>||</c> become balanced trees, so that long ones
/// are shallow; everything else is bounded by nesting and by the tree's depth. Macros are expanded where they are met.
/// </summary>
internal sealed class CelParser
{
    private static readonly HashSet<string> Reserved =
    [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ];

    private static readonly string[][] Levels = [["<", "<=", ">=", ">", "==", "!=", "in"], ["+", "-"], ["*", "/", "%"]];

    private readonly Lexer _lexer;
    private readonly CelLimits _limits;
    private readonly IReadOnlyDictionary<string, CelMacro[]> _macros;
    private Token _token;
    private int _nesting;
    private int _lastId;

    private CelParser(string source, CelLimits limits, IReadOnlyDictionary<string, CelMacro[]> macros)
    {
        _lexer = new Lexer(source);
        _limits = limits;
        _macros = macros;
        _token = _lexer.Next();
    }

    /// <exception cref="CelSyntaxException">The source is no expression, or passes a limit.</exception>
    public static CelExpression Parse(string source, CelLimits limits, IReadOnlyDictionary<string, CelMacro[]> macros)
    {
        if (source.Length > limits.SourceLengthMax)
            throw new CelSyntaxException(0, $"expression code point size exceeds limit: size: {source.Length}, limit {limits.SourceLengthMax}");
        var parser = new CelParser(source, limits, macros);
        var expression = parser.Expression();
        if (parser._token.Kind != TokenKind.End)
            throw parser.Superfluous();
        if (ExpressionDepth.Exceeds(expression, limits.TreeDepthMax))
            throw new CelSyntaxException(0, $"expression recursion limit exceeded: {limits.TreeDepthMax}");
        return expression;
    }

    private CelExpression Expression()
    {
        if (++_nesting > _limits.NestingMax)
            throw new CelSyntaxException(_token.Offset, $"expression recursion limit exceeded: {_limits.NestingMax}");
        var condition = Chain("||", Operators.Or, () => Chain("&&", Operators.And, () => Binary(0)));
        if (_token.Is("?"))
        {
            var at = Take().Offset;
            var whenTrue = Chain("||", Operators.Or, () => Chain("&&", Operators.And, () => Binary(0)));
            Expect(":");
            condition = Call(at, Operators.Conditional, condition, whenTrue, Expression());
        }
        _nesting--;
        return condition;
    }

    private CelExpression Chain(string symbol, string function, Func<CelExpression> operand)
    {
        var first = operand();
        if (!_token.Is(symbol))
            return first;
        var terms = new List<CelExpression> { first };
        var offsets = new List<int>();
        while (_token.Is(symbol))
        {
            offsets.Add(Take().Offset);
            terms.Add(operand());
        }
        return Balance(function, terms, offsets, 0, offsets.Count - 1);
    }

    private CallExpression Balance(string function, List<CelExpression> terms, List<int> offsets, int low, int high)
    {
        var middle = (low + high + 1) / 2;
        var left = middle == low ? terms[middle] : Balance(function, terms, offsets, low, middle - 1);
        var right = middle == high ? terms[middle + 1] : Balance(function, terms, offsets, middle + 1, high);
        return Call(offsets[middle], function, left, right);
    }

    private CelExpression Binary(int level)
    {
        if (level == Levels.Length)
            return Unary();
        var left = Binary(level + 1);
        while ((_token.Kind == TokenKind.Symbol || _token.IsIn) && Levels[level].Contains(_token.Text))
        {
            var symbol = Take();
            left = Call(symbol.Offset, Operators.OfSymbol(symbol.Text)!, left, Binary(level + 1));
        }
        return left;
    }

    private CelExpression Unary()
    {
        if (!_token.Is("!") && !_token.Is("-"))
            return Member(Primary());
        var symbol = _token;
        var count = 0;
        for (; _token.Is(symbol.Text); count++)
        {
            var at = Take().Offset;
            // The last minus belongs to a number: -9223372036854775808 has no positive counterpart.
            if (symbol.Text == "-" && _token.Kind == TokenKind.Literal && CelEquality.IsNumber(_token.Value.Kind) && _token.Value.Kind != CelKind.Uint)
                return Negated(symbol.Offset, count, Member(Number(at, negative: true)));
        }
        if (_token.Is("!") || _token.Is("-"))
            throw Unexpected();
        var operand = Member(Primary());
        return count % 2 == 0 ? operand : Call(symbol.Offset, symbol.Text == "!" ? Operators.Not : Operators.Negate, operand);
    }

    private CelExpression Negated(int offset, int times, CelExpression operand) =>
        times % 2 == 0 ? operand : Call(offset, Operators.Negate, operand);

    private CelExpression Member(CelExpression operand)
    {
        while (true)
        {
            if (_token.Is("."))
                operand = Selected(operand);
            else if (_token.Is("["))
                operand = Indexed(operand);
            else if (_token.Is("{") && QualifiedName(operand) is { } type)
                operand = Struct(operand.Offset, type);
            else
                return operand;
        }
    }

    private CelExpression Selected(CelExpression operand)
    {
        var dot = Take().Offset;
        var optional = _token.Is("?");
        if (optional)
            Take();
        var name = Take();
        if (name.Kind is not (TokenKind.Identifier or TokenKind.QuotedIdentifier) || (name.Kind == TokenKind.Identifier && IsKeyword(name.Text)))
            throw Unexpected(name);
        if (optional)
            return Call(dot, Operators.OptionalSelect, operand, new LiteralExpression(NextId(), name.Offset, CelValue.Of(name.Text)));
        if (!_token.Is("(") || name.Kind == TokenKind.QuotedIdentifier)
            return new SelectExpression(NextId(), dot, operand, name.Text, TestOnly: false);
        return CallOrMacro(Take().Offset, name.Text, operand, Arguments(")"));
    }

    private CallExpression Indexed(CelExpression operand)
    {
        var at = Take().Offset;
        var optional = _token.Is("?");
        if (optional)
            Take();
        var index = Expression();
        Expect("]");
        return Call(at, optional ? Operators.OptionalIndex : Operators.Index, operand, index);
    }

    private CelExpression Primary()
    {
        if (_token.Kind == TokenKind.Literal)
            return CelEquality.IsNumber(_token.Value.Kind) ? Number(_token.Offset, negative: false) : Literal(Take());
        if (_token.Is("("))
            return Parenthesized();
        if (_token.Is("["))
            return List();
        if (_token.Is("{"))
            return Map();
        return Name();
    }

    private CelExpression Parenthesized()
    {
        Take();
        var inner = Expression();
        Expect(")");
        return inner;
    }

    private CelExpression Name()
    {
        var start = _token;
        var prefix = "";
        if (_token.Is("."))
        {
            prefix = ".";
            Take();
        }
        if (_token.Kind != TokenKind.Identifier)
            throw prefix.Length == 0 ? Missing() : Unexpected();
        var name = Take();
        if (prefix.Length == 0 && KeywordValue(name.Text) is { } value)
            return new LiteralExpression(NextId(), name.Offset, value);
        if (IsKeyword(name.Text))
            throw Unexpected(name);
        if (Reserved.Contains(name.Text))
            throw new CelSyntaxException(name.Offset, $"reserved identifier: {name.Text}");
        if (!_token.Is("("))
            return new IdentifierExpression(NextId(), start.Offset, prefix + name.Text);
        return CallOrMacro(Take().Offset, prefix + name.Text, null, Arguments(")"));
    }

    private CelExpression CallOrMacro(int offset, string function, CelExpression? target, List<CelExpression> arguments)
    {
        if (_macros.TryGetValue(function, out var macros))
        {
            foreach (var macro in macros)
            {
                if (macro.IsMethod == target is not null && (macro.ArgumentCount is null || macro.ArgumentCount == arguments.Count)
                    && macro.Expand(new CelMacroContext(NextId, offset), target, arguments) is { } expanded)
                    return expanded;
            }
        }
        return new CallExpression(NextId(), offset, function, target, arguments);
    }

    private List<CelExpression> Arguments(string end)
    {
        var arguments = new List<CelExpression>();
        if (!_token.Is(end))
        {
            arguments.Add(Expression());
            while (_token.Is(","))
            {
                Take();
                arguments.Add(Expression());
            }
        }
        Expect(end);
        return arguments;
    }

    private ListExpression List()
    {
        var at = Take().Offset;
        var elements = new List<CelExpression>();
        var optional = new List<bool>();
        Separated("]", () =>
        {
            optional.Add(TakeOptionalMark());
            elements.Add(Expression());
        });
        return new(NextId(), at, elements, optional);
    }

    private MapExpression Map()
    {
        var at = Take().Offset;
        var entries = new List<MapEntry>();
        Separated("}", () =>
        {
            var optional = TakeOptionalMark();
            var key = Expression();
            Expect(":");
            entries.Add(new(key, Expression(), optional));
        });
        return new(NextId(), at, entries);
    }

    private StructExpression Struct(int offset, string type)
    {
        Take();
        var fields = new List<FieldEntry>();
        Separated("}", () =>
        {
            var optional = TakeOptionalMark();
            var name = Take();
            if (name.Kind is not (TokenKind.Identifier or TokenKind.QuotedIdentifier))
                throw Unexpected(name);
            Expect(":");
            fields.Add(new(name.Text, Expression(), optional, name.Offset));
        });
        return new(NextId(), offset, type, fields);
    }

    /// <summary>Items with commas between them, and perhaps one after the last.</summary>
    private void Separated(string end, Action item)
    {
        while (!_token.Is(end))
        {
            item();
            if (!_token.Is(","))
                break;
            Take();
        }
        Expect(end);
    }

    private bool TakeOptionalMark()
    {
        if (!_token.Is("?"))
            return false;
        Take();
        return true;
    }

    private LiteralExpression Number(int offset, bool negative)
    {
        var token = Take();
        var value = token.Value.Kind switch
        {
            CelKind.Double when !double.IsFinite(token.Value.AsDouble) => throw new CelSyntaxException(offset, "invalid double literal"),
            CelKind.Double => CelValue.Of(negative ? -token.Value.AsDouble : token.Value.AsDouble),
            CelKind.Uint => token.Value,
            _ => CelValue.Of(Signed(token, negative)),
        };
        return new(NextId(), offset, value);
    }

    private static long Signed(Token token, bool negative)
    {
        if (!Lexer.TryDigits(token.Text, out var digits) || digits > (ulong)long.MaxValue + (negative ? 1u : 0u))
            throw new CelSyntaxException(token.Offset, "invalid int literal");
        return negative ? unchecked(-(long)digits) : (long)digits;
    }

    private LiteralExpression Literal(Token token) => new(NextId(), token.Offset, token.Value);

    private static string? QualifiedName(CelExpression expression) => expression switch
    {
        IdentifierExpression identifier => identifier.Name,
        SelectExpression { TestOnly: false } select when QualifiedName(select.Operand) is { } operand => $"{operand}.{select.Field}",
        _ => null,
    };

    private static bool IsKeyword(string name) => name is "true" or "false" or "null" or "in";

    private static CelValue? KeywordValue(string name) => name switch
    {
        "true" => CelValue.True,
        "false" => CelValue.False,
        "null" => CelValue.Null,
        _ => null,
    };

    private CallExpression Call(int offset, string function, params IReadOnlyList<CelExpression> arguments) =>
        new(NextId(), offset, function, null, arguments);

    private int NextId() => ++_lastId;

    private Token Take()
    {
        var token = _token;
        _token = _lexer.Next();
        return token;
    }

    private void Expect(string symbol)
    {
        if (!_token.Is(symbol))
            throw new CelSyntaxException(_token.Offset, $"Syntax error: mismatched input '{_token.Text}' expecting '{symbol}'");
        Take();
    }

    private CelSyntaxException Unexpected() => Unexpected(_token);

    // Where an operand should stand, cel-go's parser tells everything that one may begin with.
    private CelSyntaxException Missing() => new(
        _token.Offset,
        $"Syntax error: mismatched input '{_token.Text}' expecting {{'[', '{{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}}");

    // One token too many is told from several: cel-go's parser drops one and looks whether the end follows.
    private CelSyntaxException Superfluous()
    {
        var extra = Take();
        var kind = _token.Kind == TokenKind.End ? "extraneous" : "mismatched";
        return new(extra.Offset, $"Syntax error: {kind} input '{extra.Text}' expecting <EOF>");
    }

    private static CelSyntaxException Unexpected(Token token) => new(token.Offset, $"Syntax error: mismatched input '{token.Text}'");
}
