namespace ControlPlane.Storage.Embedded;

/// <summary>
/// The place of one write in the whole history, as one number that is the row's primary key: the revision in the upper 45 bits and the write's
/// index within its transaction in the lower 18. History is thus the table's own order, and needs no index.
/// </summary>
internal static class Position
{
    private const int IndexBits = 18;

    /// <summary>So many writes have room in one revision; a lease with more keys ends in several.</summary>
    public const int MaxWrites = 1 << IndexBits;

    /// <summary>Where a write stands.</summary>
    public static long Of(Revision revision, int index) => (revision.Value << IndexBits) | (long)index;

    /// <summary>The first position that is past a revision; past everything for <see cref="Revision.None"/>.</summary>
    public static long Past(Revision revision) => revision.IsNone ? long.MaxValue : revision.Value + 1 << IndexBits;

    /// <summary>The revision of a position.</summary>
    public static Revision RevisionOf(long position) => new(position >> IndexBits);
}
