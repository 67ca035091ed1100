namespace ControlPlane.TestKit.Histories;

/// <summary>
/// Finds the write of every version. What nobody wrote, what was refused and what one client wrote once but is there twice comes to light here, and whether
/// the writes of unknown outcome have happened.
/// </summary>
internal sealed class WriteAttribution
{
    private readonly VersionTable _versions;
    private readonly ProblemList _problems;
    private readonly Dictionary<string, ClientOperation.Write> _puts = new(StringComparer.Ordinal);
    private readonly Dictionary<long, ClientOperation.Write> _deletions = [];
    private readonly ILookup<(string Key, long? Expected), ClientOperation.Write> _openDeletions;
    private readonly Dictionary<ClientOperation.Write, KeyVersion> _done = new(ReferenceEqualityComparer.Instance);

    public WriteAttribution(History history, VersionTable versions, ProblemList problems)
    {
        (_versions, _problems) = (versions, problems);
        var writes = history.Operations.OfType<ClientOperation.Write>().ToArray();
        foreach (var write in writes)
        {
            if (write.Value is not null && !_puts.TryAdd(write.Value, write))
                throw new ArgumentException($"two writes of one value cannot be told apart: {write}", nameof(history));
            if (write is { Value: null, Outcome: WriteOutcome.Done { Revision: { } revision } })
                _deletions.TryAdd(revision, write);
        }

        // Who was told of success comes before who was told nothing, and of those who began first: that is the most that can be granted.
        _openDeletions = writes
            .Where(write => write is { Value: null, Outcome: WriteOutcome.Unknown or WriteOutcome.Done { Revision: null } })
            .OrderBy(write => write.Outcome is WriteOutcome.Unknown)
            .ThenBy(write => write.Time.Invoked)
            .ToLookup(write => (write.Key, write.Expected));
        foreach (var version in versions.All)
            Attribute(version);
        foreach (var lost in writes.Where(write => write.Outcome is WriteOutcome.Done && !_done.ContainsKey(write)))
            problems.Add($"acknowledged, but not there: {lost}");
    }

    /// <summary>What a write has made; null where it has not happened.</summary>
    public KeyVersion? VersionOf(ClientOperation.Write write) => _done.GetValueOrDefault(write);

    private void Attribute(KeyVersion version)
    {
        var before = _versions.Before(version);
        if (version.Value is null && before is null)
            _problems.Add($"what did not exist was deleted: {version}");
        var writer = version.Value is null ? DeleterOf(version, before?.Revision ?? 0) : _puts.GetValueOrDefault(version.Value);
        if (writer is null)
            _problems.Add($"nobody wrote this: {version}");
        else
            Attribute(version, before, writer);
    }

    private void Attribute(KeyVersion version, KeyVersion? before, ClientOperation.Write writer)
    {
        if (writer.Key != version.Key)
            _problems.Add($"written elsewhere: {version}, by {writer}");
        if (writer.Outcome is WriteOutcome.Failed or WriteOutcome.Refused)
            _problems.Add($"refused, and happened all the same: {version}, by {writer}");
        if (!_done.TryAdd(writer, version))
            _problems.Add($"written once and there twice: {version} and {_done[writer]}, by {writer}");
        if (writer.Expected is { } expected ? before?.Revision != (expected == 0 ? null : expected) : before is null)
            _problems.Add($"an update was lost: {version} follows {before?.ToString() ?? "nothing"}, by {writer}");
    }

    private ClientOperation.Write? DeleterOf(KeyVersion version, long deleted) => _deletions.GetValueOrDefault(version.Revision)
        ?? _openDeletions[(version.Key, deleted)].Concat(_openDeletions[(version.Key, null)]).FirstOrDefault(write => !_done.ContainsKey(write));
}
