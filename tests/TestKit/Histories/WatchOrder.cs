namespace ControlPlane.TestKit.Histories;

/// <summary>Every watcher is told each change of its interval, once, in order of revisions, as it was.</summary>
internal sealed class WatchOrder(VersionTable versions, ProblemList problems)
{
    public void Check(WatchRecord watch)
    {
        var last = watch.After;
        foreach (var change in watch.Changes)
        {
            var at = change.Version.Revision;
            if (at == last)
                problems.Add($"{watch.Name} was told twice: {change.Version}");
            else if (at < last)
                problems.Add($"{watch.Name} was told out of order, after {last}: {change.Version}");
            if (change.Previous is { } previous && previous != versions.Before(change.Version)?.Value)
                problems.Add($"{watch.Name} was told a wrong past of {change.Version}: {previous}");
            last = Math.Max(last, at);
        }

        var told = watch.Changes.Select(change => change.Version.Revision).ToHashSet();
        foreach (var version in versions.Between(watch.Prefix, watch.After, watch.Through))
        {
            if (!told.Contains(version.Revision))
                problems.Add($"{watch.Name} was not told: {version} (it was told of all after {watch.After} through {watch.Through})");
        }

        if (watch.Changes.FirstOrDefault(change => !change.Version.Key.StartsWith(watch.Prefix, StringComparison.Ordinal)) is { } foreign)
            problems.Add($"{watch.Name} was told of what it does not watch: {foreign.Version}");
    }
}
