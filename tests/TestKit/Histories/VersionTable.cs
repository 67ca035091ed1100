namespace ControlPlane.TestKit.Histories;

/// <summary>All versions that anybody has written, read or been told of. One revision is one change of one key.</summary>
internal sealed class VersionTable
{
    private static readonly KeyVersion[] None = [];

    private readonly KeyVersion[] _all;
    private readonly Dictionary<string, KeyVersion[]> _byKey;

    public VersionTable(History history, ProblemList problems)
    {
        var byRevision = new SortedDictionary<long, KeyVersion>();
        foreach (var version in Witnessed(history))
        {
            if (!byRevision.TryAdd(version.Revision, version) && byRevision[version.Revision] != version)
                problems.Add($"two stories of one revision: {byRevision[version.Revision]}, and {version}");
        }

        _all = [.. byRevision.Values];
        _byKey = _all.GroupBy(version => version.Key, StringComparer.Ordinal).ToDictionary(of => of.Key, of => of.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>All, by revision.</summary>
    public IReadOnlyList<KeyVersion> All => _all;

    /// <summary>All keys.</summary>
    public IEnumerable<string> Keys => _byKey.Keys;

    /// <summary>The key as of a revision; null where it does not exist then.</summary>
    public KeyVersion? At(string key, long revision)
    {
        var versions = Of(key);
        var index = IndexAt(versions, revision);
        return index < 0 || versions[index].Value is null ? null : versions[index];
    }

    /// <summary>The key just before one of its versions.</summary>
    public KeyVersion? Before(KeyVersion version) => At(version.Key, version.Revision - 1);

    /// <summary>The first revision, from one on, as of which the key is in a certain state; null where it never is.</summary>
    public long? FirstFrom(long revision, string key, Func<KeyVersion?, bool> isSo)
    {
        if (isSo(At(key, revision)))
            return revision;
        var versions = Of(key);
        var found = versions.Skip(IndexAt(versions, revision) + 1).FirstOrDefault(version => isSo(version.Value is null ? null : version));
        return found?.Revision;
    }

    /// <summary>The versions of an interval of revisions, its begin excluded and its end included, whose keys begin so.</summary>
    public IEnumerable<KeyVersion> Between(string prefix, long after, long through) => _all
        .Skip(IndexAt(_all, after) + 1)
        .TakeWhile(version => version.Revision <= through)
        .Where(version => version.Key.StartsWith(prefix, StringComparison.Ordinal));

    private KeyVersion[] Of(string key) => _byKey.GetValueOrDefault(key, None);

    // Of the last that is not newer; -1 where all are.
    private static int IndexAt(KeyVersion[] versions, long revision)
    {
        var (low, high) = (0, versions.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (versions[middle].Revision <= revision)
                low = middle + 1;
            else
                high = middle;
        }

        return low - 1;
    }

    private static IEnumerable<KeyVersion> Witnessed(History history)
    {
        foreach (var operation in history.Operations)
        {
            switch (operation)
            {
                case ClientOperation.Write { Outcome: WriteOutcome.Done { Revision: { } revision } } write:
                    yield return new KeyVersion(write.Key, revision, write.Value);
                    break;
                case ClientOperation.Read { Found: { } found }:
                    yield return found;
                    break;
                case ClientOperation.List list:
                    foreach (var found in list.Found)
                        yield return found;
                    break;
            }
        }

        foreach (var change in history.Watches.SelectMany(watch => watch.Changes))
            yield return change.Version;
    }
}
