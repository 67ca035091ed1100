using System.Collections;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;

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
        return Distinct(entries.Select(static (entry, index) => Read(entry as TreeObject ?? TreeObject.Empty, index)));
    }

    /// <summary>Reads metadata.managedFields from its record.</summary>
    /// <exception cref="ManagedFieldsException">An entry that upstream does not decode either.</exception>
    public static ManagedFields Read(ValueList<ManagedFieldsEntry> entries) => entries.IsEmpty
        ? Empty
        : Distinct(entries.Select(static (entry, index) => new FieldOwner(
            entry.Manager,
            Operation(entry.Operation),
            Checked(entry.ApiVersion, entry.FieldsType, index),
            entry.Subresource,
            entry.Time,
            entry.FieldsV1 is { IsNil: false } fields ? FieldsCodec.Read(fields) : FieldSet.Empty)));

    /// <summary>metadata.managedFields as a record, the field sets in their canonical form.</summary>
    public ValueList<ManagedFieldsEntry> ToEntries()
    {
        var entries = new ManagedFieldsEntry[Count];
        for (var index = 0; index < entries.Length; index++)
        {
            var owner = _owners[index];
            entries[index] = new ManagedFieldsEntry
            {
                Manager = owner.Manager,
                Operation = owner.Operation == FieldOperation.Apply ? "Apply" : "Update",
                ApiVersion = owner.ApiVersion,
                Time = owner.Time,
                FieldsType = "FieldsV1",
                FieldsV1 = FieldsCodec.Encode(owner.Fields),
                Subresource = owner.Subresource,
            };
        }

        return new ValueList<ManagedFieldsEntry>(entries);
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
                entry.Set("time", TreeString.Of(time.ToString()));
            entries.Add(entry.Build());
        }

        return TreeList.From(entries);
    }

    /// <summary>Does the request ask to forget all owners? [{}] does; an empty list does not, for clients that do not know the field send that.</summary>
    public static bool IsReset(TreeList? entries) => entries is { Count: 1 } && entries[0] is TreeObject { Count: 0 };

    /// <inheritdoc/>
    public IEnumerator<FieldOwner> GetEnumerator() => ((IEnumerable<FieldOwner>)_owners).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static FieldOwner Read(TreeObject entry, int index) => new(
        entry.String("manager") ?? "",
        Operation(entry.String("operation")),
        Checked(entry.String("apiVersion"), entry.String("fieldsType"), index),
        entry.String("subresource") ?? "",
        entry.String("time") is { } text && Timestamp.TryParse(text, out var time) ? time : null,
        entry["fieldsV1"] is TreeObject set ? FieldsCodec.Read(set) : FieldSet.Empty);

    private static FieldOperation Operation(string? text) => text switch
    {
        "Apply" => FieldOperation.Apply,
        "Update" => FieldOperation.Update,
        _ => throw new ManagedFieldsException("operation must be `Apply` or `Update`"),
    };

    /// <summary>The version, if the entry has one and is of the known form.</summary>
    private static string Checked(string? version, string? fieldsType, int index)
    {
        if (string.IsNullOrEmpty(version))
            throw new ManagedFieldsException("apiVersion must not be empty");
        if (fieldsType == "FieldsV1")
            return version;
        throw new ManagedFieldsException(string.IsNullOrEmpty(fieldsType)
            ? $"missing fieldsType in managed fields entry {index}"
            : $"invalid fieldsType {GoText.Quote(fieldsType)} in managed fields entry {index}");
    }

    /// <summary>Of two entries of one manager the last counts.</summary>
    private static ManagedFields Distinct(IEnumerable<FieldOwner> entries)
    {
        var owners = new List<FieldOwner>();
        foreach (var owner in entries)
        {
            var index = owners.FindIndex(owner.IsSame);
            if (index < 0)
                owners.Add(owner);
            else
                owners[index] = owner;
        }

        return Of(owners);
    }

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

    private static long Seconds(FieldOwner owner) => owner.Time?.UnixSeconds ?? 0;
}
