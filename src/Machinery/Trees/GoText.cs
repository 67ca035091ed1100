using System.Text;

namespace ControlPlane.Machinery.Trees;

/// <summary>Values in the texts that Go prints, which upstream's messages contain.</summary>
internal static class GoText
{
    /// <summary>%q: quoted, with Go's escapes.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var one in text)
        {
            _ = one switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                < ' ' or '\x7f' => quoted.Append("\\x").Append(((int)one).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)),
                _ => quoted.Append(one),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>%v of a decoded value: map[a:1 b:[x y]], &lt;nil&gt;.</summary>
    public static string Print(TreeValue value) => value switch
    {
        TreeObject members => $"map[{string.Join(' ', members.Select(member => $"{member.Name}:{Print(member.Value)}"))}]",
        TreeList items => $"[{string.Join(' ', items.Select(Print))}]",
        TreeString text => text.Value,
        TreeNull => "<nil>",
        _ => value.ToString(),
    };
}
