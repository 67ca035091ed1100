using System.Globalization;
using System.Text;

namespace ControlPlane.Resources.Core;

/// <summary>The unified form of how two texts differ: hunks with three lines around what changed, as difflib writes them.</summary>
internal static class UnifiedDifference
{
    private const int Context = 3;

    internal static string Of(IReadOnlyList<string> old, IReadOnlyList<string> now)
    {
        var text = new StringBuilder();
        foreach (var hunk in Hunks(Edits(old, now)))
            Write(hunk, text);
        return text.ToString();
    }

    // Lines kept (' '), gone ('-') and new ('+'), in order, with the number of lines before each on both sides.
    private static List<Edit> Edits(IReadOnlyList<string> old, IReadOnlyList<string> now)
    {
        var edits = new List<Edit>();
        var (from, to) = (0, 0);
        foreach (var (inOld, inNow, length) in new LineMatcher(old, now).Matches())
        {
            for (; from < inOld; from++)
                edits.Add(new('-', old[from], from, to));
            for (; to < inNow; to++)
                edits.Add(new('+', now[to], from, to));
            for (var i = 0; i < length; i++, from++, to++)
                edits.Add(new(' ', old[from], from, to));
        }

        return edits;
    }

    private static IEnumerable<List<Edit>> Hunks(List<Edit> edits)
    {
        var at = 0;
        while (edits.FindIndex(at, edit => edit.Sign != ' ') is >= 0 and var first)
        {
            var last = first;
            for (var i = first; i < edits.Count && i - last <= 2 * Context; i++)
            {
                if (edits[i].Sign != ' ')
                    last = i;
            }

            var (from, to) = (Math.Max(at, first - Context), Math.Min(edits.Count, last + 1 + Context));
            yield return edits[from..to];
            at = to;
        }
    }

    private static void Write(List<Edit> hunk, StringBuilder text)
    {
        var (old, now) = (hunk.Count(edit => edit.Sign != '+'), hunk.Count(edit => edit.Sign != '-'));
        text.Append("@@ -").Append(Range(hunk[0].Old, old)).Append(" +").Append(Range(hunk[0].New, now)).Append(" @@\n");
        foreach (var (sign, line, _, _) in hunk)
            text.Append(sign).Append(line).Append('\n');
    }

    private static string Range(int start, int length) => length switch
    {
        1 => string.Create(CultureInfo.InvariantCulture, $"{start + 1}"),
        0 => string.Create(CultureInfo.InvariantCulture, $"{start},0"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{start + 1},{length}"),
    };

    private readonly record struct Edit(char Sign, string Line, int Old, int New);
}
