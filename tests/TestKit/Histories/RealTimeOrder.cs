namespace ControlPlane.TestKit.Histories;

/// <summary>
/// Linearizability, of all keys together. Every operation takes place at a revision: a write at its own, a read at one as of which its answer is right. That
/// order must agree with time: what began after another had ended is not before it, and a write is after it.
/// </summary>
/// <remarks>
/// Where a read may have one of several revisions it is given the first that is not before anything that ended before it. No other choice can be better, as
/// each only moves what comes later further up; so one pass over the begins and ends, in order of time, decides.
/// </remarks>
internal sealed class RealTimeOrder(VersionTable versions, WriteAttribution writes, ProblemList problems)
{
    public void Check(IEnumerable<ClientOperation> operations)
    {
        var all = operations.ToArray();
        // Of a begin and an end at the same tick nobody knows which was first: the begin, which asks for less.
        var moments = all.SelectMany((operation, index) => new[]
            {
                (At: operation.Time.Invoked, IsEnd: false, Index: index),
                (At: operation.Time.Completed, IsEnd: true, Index: index),
            })
            .Order();
        var places = new long[all.Length];
        var floor = 0L;
        foreach (var (_, isEnd, index) in moments)
        {
            if (!isEnd)
                places[index] = Place(all[index], floor);
            else if (HasEnd(all[index]))
                floor = Math.Max(floor, places[index]);
        }
    }

    // What is not known to have ended may take place whenever.
    private static bool HasEnd(ClientOperation operation) => operation is not ClientOperation.Write { Outcome: WriteOutcome.Unknown };

    // Gives where it takes place, which may be only to go on after a problem.
    private long Place(ClientOperation operation, long floor)
    {
        switch (operation)
        {
            case ClientOperation.Write { Outcome: WriteOutcome.Refused } refused:
                return PlaceRefused(refused, floor);
            case ClientOperation.Write write:
                return PlaceWrite(write, floor);
            case ClientOperation.Read { At: null } read:
                return PlaceRead(read, floor);
            case ClientOperation.Read { At: { } at } read:
                if (versions.At(read.Key, at) != read.Found)
                    problems.Add($"read what was not there: {read}; there was {Text(versions.At(read.Key, at))}");
                return NotBefore(floor, at, read);
            case ClientOperation.List list:
                CheckList(list);
                return NotBefore(floor, list.At, list with { Found = [] });
            case ClientOperation.Position position:
                return NotBefore(floor, position.At, position);
            default:
                throw new ArgumentException($"unknown operation {operation}", nameof(operation));
        }
    }

    private long PlaceWrite(ClientOperation.Write write, long floor)
    {
        if (writes.VersionOf(write) is not { } version)
            return 0;
        if (version.Revision <= floor)
            problems.Add($"a write took place in the past: {version}, when {floor} was known already, by {write}");
        return version.Revision;
    }

    private long PlaceRefused(ClientOperation.Write write, long floor)
    {
        bool IsUnexpected(KeyVersion? found) => write.Expected is { } expected ? (found?.Revision ?? 0) != expected : found is null;
        if (write.Outcome is WriteOutcome.Refused { At: { } at })
        {
            if (!IsUnexpected(versions.At(write.Key, at)))
                problems.Add($"refused without a reason: {write}");
            return NotBefore(floor, at, write);
        }

        return OrProblem(versions.FirstFrom(floor, write.Key, IsUnexpected), floor, $"refused without a reason: {write}");
    }

    private long PlaceRead(ClientOperation.Read read, long floor)
    {
        var first = Math.Max(floor, read.Found?.Revision ?? 0);
        return OrProblem(versions.FirstFrom(first, read.Key, found => found == read.Found), floor, $"a stale read: {read}, when {floor} was known already");
    }

    private void CheckList(ClientOperation.List list)
    {
        var found = list.Found.ToDictionary(version => version.Key, StringComparer.Ordinal);
        foreach (var key in versions.Keys.Where(key => key.StartsWith(list.Prefix, StringComparison.Ordinal)))
        {
            var expected = versions.At(key, list.At);
            if (found.GetValueOrDefault(key) != expected)
                problems.Add($"a list at {list.At} has {Text(found.GetValueOrDefault(key))} of {key}; there was {Text(expected)}");
        }
    }

    private long NotBefore(long floor, long at, ClientOperation operation)
    {
        if (at < floor)
            problems.Add($"a stale read: {operation}, when {floor} was known already");
        return at;
    }

    private long OrProblem(long? place, long floor, string problem)
    {
        if (place is null)
            problems.Add(problem);
        return place ?? floor;
    }

    private static string Text(KeyVersion? version) => version?.ToString() ?? "nothing";
}
