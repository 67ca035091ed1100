using System.Collections.Concurrent;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>
/// Field sets that were read lately, by their text. Objects made alike (the pods of a ReplicaSet, leases, nodes) have owners of the same fields, so that
/// most updates read the text of a set that is known.
/// </summary>
/// <remarks>At most 512 sets of at most 4 KiB of text; all are forgotten when there is one more.</remarks>
internal static class KnownFieldSets
{
    private const int MaximumCount = 512;
    private const int MaximumBytes = 4096;

    private static readonly ConcurrentDictionary<FieldsV1, FieldSet> Sets = new();

    /// <summary>The set of that text.</summary>
    /// <exception cref="ManagedFieldsException">Not of this form.</exception>
    public static FieldSet Of(FieldsV1 fields)
    {
        if (Sets.TryGetValue(fields, out var known))
            return known;
        var set = FieldsCodec.Read(fields.Span);
        if (set.IsEmpty)
            return set;
        set.Encoded = fields;
        if (fields.Span.Length > MaximumBytes)
            return set;
        if (Sets.Count >= MaximumCount)
            Sets.Clear();
        return Sets.GetOrAdd(fields, set);
    }
}
