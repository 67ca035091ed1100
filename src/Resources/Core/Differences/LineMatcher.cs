namespace ControlPlane.Resources.Core;

/// <summary>
/// Which lines of two texts correspond, by the method of Ratcliff and Obershelp as difflib has it: the longest run of equal lines, then the same on both sides of
/// it. Lines that are very frequent in a long text begin no run, for there would be no end of them; they may continue one.
/// </summary>
/// <param name="old">The lines before.</param>
/// <param name="now">The lines after.</param>
internal sealed class LineMatcher(IReadOnlyList<string> old, IReadOnlyList<string> now)
{
    private const int LongText = 200; // difflib: from so many lines on there are frequent ones
    private readonly Dictionary<string, List<int>> _places = Places(now);

    /// <summary>The runs, in order; the last is empty and stands at the ends.</summary>
    internal IEnumerable<(int Old, int Now, int Length)> Matches()
    {
        var found = new List<(int Old, int Now, int Length)>();
        var open = new Stack<(int OldFrom, int OldTo, int NowFrom, int NowTo)>();
        open.Push((0, old.Count, 0, now.Count));
        while (open.TryPop(out var part))
        {
            var run = Longest(part.OldFrom, part.OldTo, part.NowFrom, part.NowTo);
            if (run.Length == 0)
                continue;
            found.Add(run);
            if (part.OldFrom < run.Old && part.NowFrom < run.Now)
                open.Push((part.OldFrom, run.Old, part.NowFrom, run.Now));
            if (run.Old + run.Length < part.OldTo && run.Now + run.Length < part.NowTo)
                open.Push((run.Old + run.Length, part.OldTo, run.Now + run.Length, part.NowTo));
        }

        found.Sort();
        return found.Append((old.Count, now.Count, 0));
    }

    private static Dictionary<string, List<int>> Places(IReadOnlyList<string> lines)
    {
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Count; i++)
        {
            if (!places.TryGetValue(lines[i], out var known))
                places.Add(lines[i], known = []);
            known.Add(i);
        }

        if (lines.Count >= LongText)
        {
            foreach (var frequent in places.Where(entry => entry.Value.Count > (lines.Count / 100) + 1).Select(entry => entry.Key).ToList())
                places.Remove(frequent);
        }

        return places;
    }

    // Of equally long runs the first in the old text, and of these the first in the new one.
    private (int Old, int Now, int Length) Longest(int oldFrom, int oldTo, int nowFrom, int nowTo)
    {
        var (bestOld, bestNow, best) = (oldFrom, nowFrom, 0);
        var lengths = new Dictionary<int, int>();
        for (var i = oldFrom; i < oldTo; i++)
        {
            var next = new Dictionary<int, int>();
            foreach (var j in _places.GetValueOrDefault(old[i]) ?? [])
            {
                if (j < nowFrom)
                    continue;
                if (j >= nowTo)
                    break;
                var length = next[j] = lengths.GetValueOrDefault(j - 1) + 1;
                if (length > best)
                    (bestOld, bestNow, best) = (i - length + 1, j - length + 1, length);
            }

            lengths = next;
        }

        for (; bestOld > oldFrom && bestNow > nowFrom && old[bestOld - 1] == now[bestNow - 1]; best++)
            (bestOld, bestNow) = (bestOld - 1, bestNow - 1);
        while (bestOld + best < oldTo && bestNow + best < nowTo && old[bestOld + best] == now[bestNow + best])
            best++;
        return (bestOld, bestNow, best);
    }
}
