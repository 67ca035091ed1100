namespace ControlPlane.Cel;

/// <summary>Something wrong with an expression, and where. Lines count from 1, columns (in code points) from 0.</summary>
public sealed record CelIssue(int Line, int Column, string Message, string Source)
{
    /// <summary>As cel-go prints it: position, message, the line, and a mark below the place.</summary>
    public override string ToString()
    {
        // Nothing has no place in it.
        if (Source.Length == 0)
            return $"ERROR: <input>:1:0: {Message}";
        var line = Source.Split('\n').ElementAtOrDefault(Line - 1) ?? "";
        return $"ERROR: <input>:{Line}:{Column + 1}: {Message}\n | {line}\n | {new string('.', Column)}^";
    }

    /// <summary>All of them, a line's block each.</summary>
    public static string Format(IEnumerable<CelIssue> issues) => string.Join('\n', issues);

    internal static CelIssue At(string source, int offset, string message)
    {
        offset = Math.Clamp(offset, 0, source.Length);
        var before = source.AsSpan(0, offset);
        var lineStart = before.LastIndexOf('\n') + 1;
        var column = 0;
        foreach (var _ in before[lineStart..].EnumerateRunes())
            column++;
        return new(before.Count('\n') + 1, column, message, source);
    }
}
