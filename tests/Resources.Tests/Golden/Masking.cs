using System.Text;
using System.Text.RegularExpressions;

namespace ControlPlane.Resources.Tests.Golden;

/// <summary>Takes out of messages what may differ: objects and lists that they print (upstream has its internal types' names there), generated names.</summary>
internal static partial class Masking
{
    private const string Marker = "value: ";

    /// <summary>The message with &lt;object&gt; where an object or a list was printed.</summary>
    public static string? Mask(string? message)
    {
        if (string.IsNullOrEmpty(message))
            return message;
        message = MaskGenerated(message);
        var text = new StringBuilder();
        var from = 0;
        while (true)
        {
            var at = message.IndexOf(Marker, from, StringComparison.Ordinal);
            if (at < 0 || at + Marker.Length >= message.Length)
                return text.Append(message, from, message.Length - from).ToString();
            at += Marker.Length;
            text.Append(message, from, at - from);
            from = at;
            if (message[from] is '{' or '[')
            {
                from = EndOf(message, from);
                text.Append("<object>");
            }
        }
    }

    /// <summary>The text without what is generated: uids, names of token volumes.</summary>
    public static string MaskGenerated(string text) => Uid().Replace(GeneratedVolume().Replace(text, "kube-api-access-*"), "<uid>");

    private static int EndOf(string message, int from)
    {
        var (depth, isQuoted) = (0, false);
        for (var i = from; i < message.Length; i++)
        {
            var c = message[i];
            if (isQuoted && c == '\\')
                i++;
            else if (c == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && c is '{' or '[')
                depth++;
            else if (!isQuoted && c is '}' or ']' && --depth == 0)
                return i + 1;
        }

        return message.Length;
    }

    [GeneratedRegex(@"kube-api-access-[a-z0-9]{5}\b")]
    private static partial Regex GeneratedVolume();

    [GeneratedRegex(@"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")]
    private static partial Regex Uid();
}
