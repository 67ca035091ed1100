using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Selectors;

/// <summary>Reads "a=b,c!=d,e in (x,y),!f,g&gt;1". Complaints are those of apimachinery's labels.Parse.</summary>
internal sealed class LabelSelectorParser
{
    private readonly List<Token> _tokens;
    private int _at;

    public LabelSelectorParser(string text) => _tokens = LabelSelectorLexer.Scan(text);

    public List<LabelRequirement> Parse()
    {
        var requirements = new List<LabelRequirement>();
        while (true)
        {
            var token = Peek();
            if (token.Kind == TokenKind.End)
                return requirements;
            if (token.Kind is not (TokenKind.Identifier or TokenKind.Not))
                throw new SelectorException($"found '{token.Text}', expected: !, identifier, or 'end of string'");
            requirements.Add(Requirement());
            var next = Take();
            if (next.Kind == TokenKind.End)
                return requirements;
            if (next.Kind != TokenKind.Comma)
                throw new SelectorException($"found '{next.Text}', expected: ',' or 'end of string'");
            var after = Peek();
            if (after.Kind is not (TokenKind.Identifier or TokenKind.Not))
                throw new SelectorException($"found '{after.Text}', expected: identifier after ','");
        }
    }

    private LabelRequirement Requirement()
    {
        try
        {
            var isNegated = Peek().Kind == TokenKind.Not;
            if (isNegated)
                Take();
            var key = Identifier();
            if (LabelSyntax.KeyErrors(key) is { } errors)
                throw new SelectorException($"<nil>: Invalid value: {GoText.Quote(key)}: {errors}");
            if (isNegated)
                return LabelRequirement.Of(key, LabelOperator.DoesNotExist, []);
            if (Peek().Kind is TokenKind.End or TokenKind.Comma)
                return LabelRequirement.Of(key, LabelOperator.Exists, []);
            var @operator = Operator();
            return LabelRequirement.Of(key, @operator, @operator is LabelOperator.In or LabelOperator.NotIn ? Values() : [ExactValue()]);
        }
        catch (SelectorException wrong)
        {
            throw new SelectorException($"unable to parse requirement: {wrong.Message}");
        }
    }

    private LabelOperator Operator()
    {
        var token = _tokens[_at++];
        return token.Kind switch
        {
            TokenKind.In => LabelOperator.In,
            TokenKind.NotIn => LabelOperator.NotIn,
            TokenKind.Equal => LabelOperator.Equal,
            TokenKind.DoubleEqual => LabelOperator.DoubleEqual,
            TokenKind.NotEqual => LabelOperator.NotEqual,
            TokenKind.Greater => LabelOperator.GreaterThan,
            TokenKind.Less => LabelOperator.LessThan,
            _ => throw new SelectorException($"found '{token.Text}', expected: in, notin, =, ==, !=, gt, lt"),
        };
    }

    private string ExactValue() => Peek().Kind is TokenKind.End or TokenKind.Comma ? "" : Identifier();

    private string Identifier()
    {
        var token = Take();
        return token.Kind == TokenKind.Identifier ? token.Text : throw new SelectorException($"found '{token.Text}', expected: identifier");
    }

    /// <summary>"(a,b)", "()", and empty values where commas stand alone.</summary>
    private List<string> Values()
    {
        var open = Take();
        if (open.Kind != TokenKind.Open)
            throw new SelectorException($"found '{open.Text}' expected: '('");
        var values = new List<string>();
        if (Peek().Kind == TokenKind.Close)
        {
            Take();
            return values;
        }

        if (Peek() is { Kind: not (TokenKind.Identifier or TokenKind.Comma) } odd)
            throw new SelectorException($"found '{odd.Text}', expected: ',', ')' or identifier");
        while (true)
        {
            values.Add(Peek().Kind is TokenKind.Comma or TokenKind.Close ? "" : ListedValue());
            var next = Take();
            if (next.Kind == TokenKind.Close)
                return values;
            if (next.Kind != TokenKind.Comma)
                throw new SelectorException($"found '{next.Text}', expected: ',' or ')'");
        }
    }

    private string ListedValue()
    {
        var token = Take();
        return token.Kind == TokenKind.Identifier ? token.Text : throw new SelectorException($"found '{token.Text}', expected: ',', or identifier");
    }

    /// <summary>The next token where a key or value is due: there "in" and "notin" are plain words.</summary>
    private Token Peek()
    {
        var token = _tokens[Math.Min(_at, _tokens.Count - 1)];
        return token.Kind is TokenKind.In or TokenKind.NotIn ? token with { Kind = TokenKind.Identifier } : token;
    }

    private Token Take()
    {
        var token = Peek();
        _at = Math.Min(_at + 1, _tokens.Count - 1);
        return token;
    }
}
