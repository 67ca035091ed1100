using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>The owners of an object's fields: metadata.managedFields, decoded. Immutable; parsed once and kept beside the object in caches.</summary>
public sealed class ManagedFields : IReadOnlyList<FieldOwner>
{
    private readonly ImmutableArray<FieldOwner> _owners;

    private ManagedFields(ImmutableArray<FieldOwner> owners) => _owners = owners;

    /// <summary>Nobody owns anything.</summary>
    public static ManagedFields Empty { get; } = new([]);

    /// <inheritdoc/>
    public int Count => _owners.Length;

    /// <inheritdoc/>
    public FieldOwner this[int index] => _owners[index];

    /// <summary>These owners, in the order in which they are stored: appliers first, then by time, manager, version, subresource.</summary>
    public static ManagedFields Of(IEnumerable<FieldOwner> owners)
    {
        var sorted = owners.ToArray();
        Array.Sort(sorted, Order);
        return sorted.Length == 0 ? Empty : new ManagedFields(ImmutableCollectionsMarshal.AsImmutableArray(sorted));
    }

    /// <summary>Reads metadata.managedFields from its tree.</summary>
    /// <exception cref="ManagedFieldsException">An entry that upstream does not decode either.</exception>
    public static ManagedFields Read(TreeList? entries)
    {
        if (entries is null || entries.Count == 0)
            return Empty;
        var owners = new List<FieldOwner>(entries.Count);
        for (var index = 0; index < entries.Count; index++)
        {
            var owner = Read(entries[index] as TreeObject ?? TreeObject.Empty, index);
            // Of two entries of one manager the last counts.
            owners.RemoveAll(owner.IsSame);
            owners.Add(owner);
        }

        return Of(owners);
    }

    /// <summary>metadata.managedFields as a tree; the member order inside fieldsV1 is the tree's, not the canonical one (<see cref="FieldsCodec"/> has that).</summary>
    public TreeList ToTree()
    {
        var entries = new List<TreeValue>(Count);
        foreach (var owner in _owners)
        {
            var entry = new TreeObject.Builder(7)
                .Set("apiVersion", TreeString.Of(owner.ApiVersion))
                .Set("fieldsType", TreeString.Of("FieldsV1"))
                .Set("fieldsV1", TreeReader.Read(FieldsCodec.ToBytes(owner.Fields)))
                .Set("operation", TreeString.Of(owner.Operation.ToString()));
            if (owner.Manager.Length > 0)
                entry.Set("manager", TreeString.Of(owner.Manager));
            if (owner.Subresource.Length > 0)
                entry.Set("subresource", TreeString.Of(owner.Subresource));
            if (owner.Time is { } time)
                entry.Set("time", TreeString.Of(time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
            entries.Add(entry.Build());
        }

        return TreeList.From(entries);
    }

    /// <summary>Does the request ask to forget all owners? [{}] does; an empty list does not, for clients that do not know the field send that.</summary>
    public static bool IsReset(TreeList? entries) => entries is { Count: 1 } && entries[0] is TreeObject { Count: 0 };

    /// <inheritdoc/>
    public IEnumerator<FieldOwner> GetEnumerator() => ((IEnumerable<FieldOwner>)_owners).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static FieldOwner Read(TreeObject entry, int index)
    {
        var operation = entry.String("operation") switch
        {
            "Apply" => FieldOperation.Apply,
            "Update" => FieldOperation.Update,
            _ => throw new ManagedFieldsException("operation must be `Apply` or `Update`"),
        };
        if (entry.String("apiVersion") is not { Length: > 0 } version)
            throw new ManagedFieldsException("apiVersion must not be empty");
        if (entry.String("fieldsType") is not "FieldsV1" and var type)
        {
            throw new ManagedFieldsException(string.IsNullOrEmpty(type)
                ? $"missing fieldsType in managed fields entry {index}"
                : $"invalid fieldsType {GoText.Quote(type)} in managed fields entry {index}");
        }

        var fields = entry["fieldsV1"] is TreeObject set ? FieldsCodec.Read(set) : FieldSet.Empty;
        return new FieldOwner(entry.String("manager") ?? "", operation, version, entry.String("subresource") ?? "", Time(entry.String("time")), fields);
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static int Order(FieldOwner one, FieldOwner other)
    {
        if (one.Operation != other.Operation)
            return one.Operation.CompareTo(other.Operation);
        var sign = Seconds(one).CompareTo(Seconds(other));
        if (sign == 0)
            sign = string.CompareOrdinal(one.Manager, other.Manager);
        if (sign == 0)
            sign = string.CompareOrdinal(one.ApiVersion, other.ApiVersion);
        return sign == 0 ? string.CompareOrdinal(one.Subresource, other.Subresource) : sign;
    }

    private static long Seconds(FieldOwner owner) => owner.Time?.ToUnixTimeSeconds() ?? 0;
}
