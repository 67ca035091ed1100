namespace ControlPlane.Machinery.Selectors;

/// <summary>Cuts a label selector into words and signs.</summary>
internal static class LabelSelectorLexer
{
    /// <summary>All tokens, the last one being the end.</summary>
    public static List<Token> Scan(string text)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t' or '\r' or '\n')
                at++;
            else if (IsSign(text[at]))
                tokens.Add(Sign(text, ref at));
            else
                tokens.Add(Word(text, ref at));
        }

        tokens.Add(new Token(TokenKind.End, ""));
        return tokens;
    }

    private static Token Word(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && !IsSign(text[at]) && text[at] is not (' ' or '\t' or '\r' or '\n'))
            at++;
        var word = text[start..at];
        return new Token(word switch { "in" => TokenKind.In, "notin" => TokenKind.NotIn, _ => TokenKind.Identifier }, word);
    }

    private static Token Sign(string text, ref int at)
    {
        if (text[at] is '=' or '!' && at + 1 < text.Length && text[at + 1] == '=')
        {
            var kind = text[at] == '=' ? TokenKind.DoubleEqual : TokenKind.NotEqual;
            at += 2;
            return new Token(kind, text[(at - 2)..at]);
        }

        var sign = text[at++];
        return new Token(sign switch
        {
            '=' => TokenKind.Equal,
            '!' => TokenKind.Not,
            '(' => TokenKind.Open,
            ')' => TokenKind.Close,
            ',' => TokenKind.Comma,
            '>' => TokenKind.Greater,
            _ => TokenKind.Less,
        }, sign.ToString());
    }

    private static bool IsSign(char one) => one is '=' or '!' or '(' or ')' or ',' or '>' or '<';
}

/// <summary>A word or sign.</summary>
internal readonly record struct Token(TokenKind Kind, string Text);

/// <summary>What words and signs there are.</summary>
internal enum TokenKind
{
    Identifier,
    In,
    NotIn,
    Equal,
    DoubleEqual,
    NotEqual,
    Greater,
    Less,
    Not,
    Open,
    Close,
    Comma,
    End,
}
