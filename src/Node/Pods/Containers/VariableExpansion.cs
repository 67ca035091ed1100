using System.Text;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>
/// The <c>$(NAME)</c> references of commands, arguments and environment values. <c>$$(NAME)</c> is the text <c>$(NAME)</c>; a reference to what isn't there stays as
/// it is (upstream: third_party/forked/golang/expansion).
/// </summary>
internal static class VariableExpansion
{
    /// <summary>The text with its references replaced.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$'))
            return text;
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '$' || at + 1 == text.Length)
                result.Append(text[at]);
            else
                at = Resolve(text, at + 1, variables, result);
        }
        return result.ToString();
    }

    /// <summary>Answers the index of the last character that it has dealt with.</summary>
    private static int Resolve(string text, int at, IReadOnlyDictionary<string, string> variables, StringBuilder result)
    {
        if (text[at] == '$')
        {
            result.Append('$');
            return at;
        }
        var end = text[at] == '(' ? text.IndexOf(')', at) : -1;
        if (end < 0)
        {
            result.Append('$').Append(text[at]);
            return at;
        }
        var name = text[(at + 1)..end];
        result.Append(variables.TryGetValue(name, out var value) ? value : $"$({name})");
        return end;
    }
}
