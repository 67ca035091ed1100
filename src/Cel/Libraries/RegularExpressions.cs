using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Libraries;

/// <summary>
/// RE2's expressions on .NET's engine without backtracking, which is linear in the text as RE2 is. What .NET reads differently is
/// rewritten: \d, \w and \s are ASCII, $ is the very end, groups are named with (?P&lt;name&gt;), classes may be POSIX ones.
/// </summary>
public static class RegularExpressions
{
    // Patterns made at run time are few; past this many the cache starts anew.
    private const int CachedMax = 256;

    private static readonly ConcurrentDictionary<string, Regex> Cache = new();

    private static readonly Dictionary<string, string> PosixClasses = new()
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = "\\x00-\\x7F",
        ["blank"] = "\\t ",
        ["cntrl"] = "\\x00-\\x1F\\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = "!-/:-@\\[-`{-~",
        ["space"] = "\\t\\n\\v\\f\\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    };

    /// <summary>Compiles a pattern; false when it is none of RE2's.</summary>
    public static bool TryCompile(string pattern, [NotNullWhen(true)] out Regex? regex)
    {
        if (Cache.TryGetValue(pattern, out regex))
            return true;
        try
        {
            regex = new Regex(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return false;
        }
        if (Cache.Count >= CachedMax)
            Cache.Clear();
        Cache[pattern] = regex;
        return true;
    }

    /// <summary>The failure of a pattern that does not compile.</summary>
    public static CelValue Invalid(string pattern) => CelValue.Error($"error parsing regexp: `{pattern}`");

    private static string Translate(string pattern)
    {
        var text = new StringBuilder(pattern.Length + 8);
        var isMultiline = pattern.StartsWith("(?", StringComparison.Ordinal) && pattern.IndexOf('m', StringComparison.Ordinal) is > 0 and < 6;
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
                i += Escape(pattern.AsSpan(i), inClass, text) - 1;
            else if (inClass && c == '[' && PosixClass(pattern.AsSpan(i), text) is > 0 and var length)
                i += length - 1;
            else if (inClass && c == '[')
                text.Append("\\[");
            else if (!inClass && c == '$')
                text.Append(isMultiline ? "$" : "\\z");
            else if (!inClass && pattern.AsSpan(i).StartsWith("(?P<", StringComparison.Ordinal))
                i = Append(text, "(?<", i + 3);
            else
            {
                inClass = c == '[' || (inClass && (c != ']' || IsFirstInClass(pattern, i)));
                text.Append(c);
            }
        }
        return text.ToString();
    }

    private static int Append(StringBuilder text, string what, int next)
    {
        text.Append(what);
        return next;
    }

    private static bool IsFirstInClass(string pattern, int at) =>
        pattern[at - 1] == '[' || (pattern[at - 1] == '^' && at > 1 && pattern[at - 2] == '[');

    private static int Escape(ReadOnlySpan<char> rest, bool inClass, StringBuilder text)
    {
        var ascii = rest[1] switch
        {
            'd' => "0-9",
            'w' => "0-9A-Za-z_",
            's' => "\\t\\n\\f\\r ",
            _ => null,
        };
        if (ascii is not null)
            text.Append(inClass ? ascii : $"[{ascii}]");
        else if (!inClass && rest[1] is 'D')
            text.Append("[^0-9]");
        else if (!inClass && rest[1] is 'W')
            text.Append("[^0-9A-Za-z_]");
        else if (!inClass && rest[1] is 'S')
            text.Append("[^\\t\\n\\f\\r ]");
        else if ((rest[1] is 'p' or 'P') && rest.Length > 2 && rest[2] != '{')
        {
            text.Append('\\').Append(rest[1]).Append('{').Append(rest[2]).Append('}');
            return 3;
        }
        else
            text.Append(rest[..2]);
        return 2;
    }

    private static int PosixClass(ReadOnlySpan<char> rest, StringBuilder text)
    {
        if (!rest.StartsWith("[:") || rest.IndexOf(":]", StringComparison.Ordinal) is not (> 0 and var end)
            || !PosixClasses.TryGetValue(rest[2..end].ToString(), out var characters))
            return 0;
        text.Append(characters);
        return end + 2;
    }
}
