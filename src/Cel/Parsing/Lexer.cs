using System.Globalization;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Parsing;

/// <summary>Cuts an expression into tokens, by the specification's lexis.</summary>
internal sealed class Lexer(string source)
{
    private static readonly string[] LongSymbols = ["&&", "||", "==", "!=", "<=", ">="];

    private int _at;

    /// <exception cref="CelSyntaxException">The text at this place is no token.</exception>
    public Token Next()
    {
        SkipBlanks();
        if (_at >= source.Length)
            return new(TokenKind.End, source.Length, "<EOF>");
        var c = source[_at];
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Peek(1))))
            return Number();
        if (StringStart() is >= 0 and var prefix)
            return Text(prefix);
        if (char.IsAsciiLetter(c) || c == '_')
            return Identifier();
        return c == '`' ? QuotedIdentifier() : Symbol();
    }

    private char Peek(int ahead) => _at + ahead < source.Length ? source[_at + ahead] : '\0';

    private void SkipBlanks()
    {
        while (_at < source.Length)
        {
            if (source[_at] is ' ' or '\t' or '\n' or '\r' or '\f')
                _at++;
            else if (source[_at] == '/' && Peek(1) == '/')
                _at = source.IndexOf('\n', _at) is >= 0 and var end ? end : source.Length;
            else
                return;
        }
    }

    private Token Identifier()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Peek(0)) || Peek(0) == '_')
            _at++;
        return new(TokenKind.Identifier, start, source[start.._at]);
    }

    private Token QuotedIdentifier()
    {
        var start = _at;
        var end = source.IndexOf('`', _at + 1);
        if (end < 0)
            throw new CelSyntaxException(start, "Syntax error: token recognition error at: '`'");
        var name = source[(start + 1)..end];
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-' or '/' or ' '))
                throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '`{name}'");
        }
        _at = end + 1;
        return name.Length > 0
            ? new(TokenKind.QuotedIdentifier, start, name)
            : throw new CelSyntaxException(start, "Syntax error: token recognition error at: '``'");
    }

    private Token Symbol()
    {
        var start = _at;
        foreach (var symbol in LongSymbols)
        {
            if (source.AsSpan(_at).StartsWith(symbol, StringComparison.Ordinal))
            {
                _at += symbol.Length;
                return new(TokenKind.Symbol, start, symbol);
            }
        }
        if (!"+-*/%<>!?:.,()[]{}".Contains(source[_at], StringComparison.Ordinal))
            throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{source[_at]}'");
        _at++;
        return new(TokenKind.Symbol, start, source[start].ToString());
    }

    private Token Number()
    {
        var start = _at;
        if (source[_at] == '0' && (Peek(1) is 'x' or 'X') && char.IsAsciiHexDigit(Peek(2)))
        {
            _at += 2;
            while (char.IsAsciiHexDigit(Peek(0)))
                _at++;
            return Integer(start);
        }
        SkipDigits();
        var isDouble = SkipFraction() | SkipExponent();
        return isDouble
            ? new(TokenKind.Literal, start, source[start.._at], CelValue.Of(double.Parse(source.AsSpan(start, _at - start), CultureInfo.InvariantCulture)))
            : Integer(start);
    }

    private Token Integer(int start)
    {
        var text = source[start.._at];
        if (Peek(0) is not ('u' or 'U'))
            return new(TokenKind.Literal, start, text, CelValue.Of(0L));
        _at++;
        return TryDigits(text, out var value)
            ? new(TokenKind.Literal, start, text, CelValue.Of(value))
            : throw new CelSyntaxException(start, "invalid uint literal");
    }

    /// <summary>The digits of an integer token, decimal or hexadecimal, without a sign.</summary>
    public static bool TryDigits(string text, out ulong value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private void SkipDigits()
    {
        while (char.IsAsciiDigit(Peek(0)))
            _at++;
    }

    private bool SkipFraction()
    {
        if (Peek(0) != '.' || !char.IsAsciiDigit(Peek(1)))
            return false;
        _at++;
        SkipDigits();
        return true;
    }

    private bool SkipExponent()
    {
        if (Peek(0) is not ('e' or 'E'))
            return false;
        var sign = Peek(1) is '+' or '-' ? 1 : 0;
        if (!char.IsAsciiDigit(Peek(1 + sign)))
            return false;
        _at += 1 + sign;
        SkipDigits();
        return true;
    }

    /// <summary>Length of a string's prefix (r, b, both, none) if one starts here, else -1.</summary>
    private int StringStart()
    {
        for (var length = 0; length <= 2; length++)
        {
            if (Peek(length) is '"' or '\'')
                return length < 2 || char.ToLowerInvariant(Peek(0)) != char.ToLowerInvariant(Peek(1)) ? length : -1;
            if (Peek(length) is not ('r' or 'R' or 'b' or 'B'))
                return -1;
        }
        return -1;
    }

    private Token Text(int prefix)
    {
        var start = _at;
        var marks = source.AsSpan(_at, prefix);
        var isRaw = marks.ContainsAny('r', 'R');
        var isBytes = marks.ContainsAny('b', 'B');
        _at += prefix;
        var quote = Peek(0);
        var isTriple = Peek(1) == quote && Peek(2) == quote;
        _at += isTriple ? 3 : 1;
        var bodyStart = _at;
        var bodyEnd = FindEnd(start, quote, isTriple, isRaw);
        var body = source.AsSpan(bodyStart, bodyEnd - bodyStart);
        var value = TextLiteral.Unescape(body, bodyStart, isRaw, isBytes);
        return new(TokenKind.Literal, start, source[start.._at], value);
    }

    private int FindEnd(int start, char quote, bool isTriple, bool isRaw)
    {
        for (; _at < source.Length; _at++)
        {
            var c = source[_at];
            if (c == '\\' && !isRaw)
                _at++;
            else if (!isTriple && (c is '\n' or '\r'))
                break;
            else if (c == quote && !isTriple)
                return _at++;
            else if (c == quote && Peek(1) == quote && Peek(2) == quote)
                return (_at += 3) - 3;
        }
        throw new CelSyntaxException(start, $"Syntax error: token recognition error at: '{source[start..Math.Min(source.Length, start + 20)]}'");
    }
}
