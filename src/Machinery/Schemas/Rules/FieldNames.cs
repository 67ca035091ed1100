using System.Collections.Frozen;
using System.Text;

namespace ControlPlane.Machinery.Schemas.Rules;

/// <summary>Names of fields as expressions spell them: what is no identifier is escaped (apiserver: pkg/cel/escaping.go).</summary>
internal static class FieldNames
{
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The name in an expression; null where it has none, so that no expression can speak of it.</summary>
    public static string? Escape(string name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            return null;
        if (Reserved.Contains(name))
            return $"__{name}__";
        var escaped = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '_' when i + 1 < name.Length && name[i + 1] == '_':
                    escaped.Append("__underscores__");
                    i++;
                    break;
                case '.':
                    escaped.Append("__dot__");
                    break;
                case '-':
                    escaped.Append("__dash__");
                    break;
                case '/':
                    escaped.Append("__slash__");
                    break;
                case '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'):
                    escaped.Append(name[i]);
                    break;
                default:
                    return null;
            }
        }

        return escaped.ToString();
    }
}
