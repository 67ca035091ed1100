namespace ControlPlane.Storage.Embedded;

/// <summary>
/// How many bytes the newest versions take and how many the history does, and up to where the history must go when it is too much. Used by the writer
/// thread alone.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>A version becomes history with the one that takes its place; a deletion is history at once. Sweeping past a revision forgets what became history
/// up to it.</item>
/// <item>The counts are stored with each step of a sweep and every few MiB besides. What was written after that is counted again when the file is opened,
/// so that nothing is missing of them and an opening reads little.</item>
/// <item>The history may have as many bytes as the newest versions have, or as the option says, whichever is more; past that its older half goes. The file
/// thus stays at about twice what lives in it: pages that are freed are used again.</item>
/// </list>
/// </remarks>
internal sealed class HistoryBudget(long atLeast)
{
    private const int VersionOverhead = 64; // row, index entry and their share of pages

    /// <summary>What becomes history is counted in, and off again, in portions of about so many bytes.</summary>
    public const int EntryBytes = 64 << 10;

    // What became history, in order, in entries of some size: the last revision of each, and its bytes.
    private readonly LinkedList<(Revision Until, long Bytes)> _history = new();

    /// <summary>Bytes of what is.</summary>
    public long Live { get; private set; }

    /// <summary>Bytes of what was and is not forgotten yet.</summary>
    public long History { get; private set; }

    /// <summary>Bytes counted since the counts were stored.</summary>
    public long Unsaved { get; private set; }

    /// <summary>The counts as they were stored; how the history is spread over revisions is not known any more.</summary>
    public void Load(long live, long history, Revision upTo)
    {
        _history.Clear();
        (Live, History, Unsaved) = (live, 0, 0);
        AddHistory(upTo, history);
    }

    /// <summary>Counts a change of a key of so many characters, from one size to another; null where it does not exist.</summary>
    public void Add(Revision revision, int key, int? previous, int? current)
    {
        var (was, becomes) = (Size(key, previous), Size(key, current));
        var deletion = current is null ? Size(key, 0) : 0;
        Live += becomes - was;
        Unsaved += becomes + deletion;
        AddHistory(revision, was + deletion);
    }

    /// <summary>Everything that became history before a revision has been swept away.</summary>
    public void Forget(Revision before)
    {
        while (_history.First is { } first && first.Value.Until < before)
        {
            History -= first.Value.Bytes;
            _history.RemoveFirst();
        }
    }

    /// <summary>The counts have been stored.</summary>
    public void Saved() => Unsaved = 0;

    /// <summary>The revision to compact to, so that half of what is allowed remains; none when there is not too much. Without room none is allowed.</summary>
    public Revision Excess(bool isShortOfRoom)
    {
        var allowed = isShortOfRoom ? 0 : Math.Max(atLeast, Live);
        if (History <= allowed)
            return Revision.None;
        var (left, until) = (History, Revision.None);
        foreach (var entry in _history)
        {
            if (left <= allowed / 2)
                break;
            left -= entry.Bytes;
            until = entry.Until;
        }

        return until;
    }

    private static long Size(int key, int? value) => value is null ? 0 : key + value.Value + VersionOverhead;

    private void AddHistory(Revision revision, long bytes)
    {
        if (bytes == 0)
            return;
        History += bytes;
        if (_history.Last is { } last && last.Value.Bytes < EntryBytes)
            last.Value = (revision, last.Value.Bytes + bytes);
        else
            _history.AddLast((revision, bytes));
    }
}
