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
        var start = 0;
        while (start < old.Count && start < now.Count && old[start] == now[start])
            start++;
        var end = 0;
        while (end < old.Count - start && end < now.Count - start && old[^(end + 1)] == now[^(end + 1)])
            end++;
        var edits = new List<Edit>();
        for (var i = 0; i < start; i++)
            edits.Add(new(' ', old[i], i, i));
        Between(old, now, start, end, edits);
        for (var i = end; i > 0; i--)
            edits.Add(new(' ', old[^i], old.Count - i, now.Count - i));
        return edits;
    }

    // What lies between the common beginning and the common end: by the longest common subsequence.
    private static void Between(IReadOnlyList<string> old, IReadOnlyList<string> now, int start, int end, List<Edit> edits)
    {
        var (rows, columns) = (old.Count - start - end, now.Count - start - end);
        var common = new int[rows + 1, columns + 1];
        for (var i = rows - 1; i >= 0; i--)
        {
            for (var j = columns - 1; j >= 0; j--)
                common[i, j] = old[start + i] == now[start + j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        var (row, column) = (0, 0);
        while (row < rows || column < columns)
        {
            var (from, to) = (start + row, start + column);
            if (row < rows && column < columns && old[from] == now[to])
                (edits, row, column) = (Added(edits, new(' ', old[from], from, to)), row + 1, column + 1);
            else if (row < rows && (column == columns || common[row + 1, column] >= common[row, column + 1]))
                (edits, row) = (Added(edits, new('-', old[from], from, to)), row + 1);
            else
                (edits, column) = (Added(edits, new('+', now[to], from, to)), column + 1);
        }
    }

    private static List<Edit> Added(List<Edit> edits, Edit edit)
    {
        edits.Add(edit);
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
