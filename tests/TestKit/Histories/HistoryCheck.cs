namespace ControlPlane.TestKit.Histories;

/// <summary>
/// Is what all clients were told one story? Knows nothing of who told it, but that writes have revisions, in whose order they took place. The rules, a file each:
/// <list type="bullet">
/// <item><see cref="VersionTable"/>: nobody contradicts another about a revision.</item>
/// <item><see cref="WriteAttribution"/>: every version was written by one client, whose condition held, and every acknowledged write is there.</item>
/// <item><see cref="RealTimeOrder"/>: reads and writes are linearizable.</item>
/// <item><see cref="WatchOrder"/>: no watcher misses a change, is told twice or out of order.</item>
/// </list>
/// </summary>
public static class HistoryCheck
{
    /// <summary>What is wrong with a history, the first fifty problems of it; empty when it is right.</summary>
    /// <param name="history">All that anybody did and saw.</param>
    /// <param name="isGapless">Is every revision, from the first that was seen to the last, a change of a key of this history?</param>
    public static IReadOnlyList<string> Problems(History history, bool isGapless = false)
    {
        var problems = new ProblemList();
        var versions = new VersionTable(history, problems);
        if (isGapless)
            CheckGaps(versions, problems);
        var writes = new WriteAttribution(history, versions, problems);
        new RealTimeOrder(versions, writes, problems).Check(history.Operations);
        var order = new WatchOrder(versions, problems);
        foreach (var watch in history.Watches)
            order.Check(watch);
        return problems.All;
    }

    private static void CheckGaps(VersionTable versions, ProblemList problems)
    {
        for (var index = 1; index < versions.All.Count; index++)
        {
            var (before, after) = (versions.All[index - 1], versions.All[index]);
            if (after.Revision != before.Revision + 1)
                problems.Add($"nobody knows what happened between {before} and {after}");
        }
    }
}
