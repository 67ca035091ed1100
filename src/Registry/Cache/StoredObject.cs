using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Stored;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Cache;

/// <summary>
/// One version of one object, in every form that somebody has asked for: the bytes of the store, JSON, protobuf, the record. Each form is made once,
/// when first needed, and shared by all readers and watchers from then on.
/// </summary>
/// <remarks>
/// Immutable to the eye, and safe to use from any thread: two threads that ask for a missing form at once may both make it, and one of the two equal
/// results is kept. Nothing here is ever changed when the object is: a change makes another <see cref="StoredObject"/>.
/// </remarks>
public sealed class StoredObject
{
    private readonly StoredForm _form;
    private IApiObject? _record;
    private byte[]? _json;
    private Representation? _others;
    private string[]? _fields;
    private object? _managedFields;
    private MomentaryView? _momentary;

    internal StoredObject(StoredForm form, string path, ReadOnlyMemory<byte> stored, Revision revision, Revision storeRevision)
    {
        _form = form;
        Path = path;
        Stored = stored;
        Revision = revision;
        StoreRevision = storeRevision;
    }

    /// <summary>"namespace/name", or "name" of a cluster-scoped object: the key in the store without the resource's prefix.</summary>
    public string Path { get; }

    /// <summary>Which object this is.</summary>
    public ObjectKey Key => new(Namespace.ToString(), Name.ToString());

    /// <summary>Its namespace; empty for a cluster-scoped object.</summary>
    public ReadOnlySpan<char> Namespace => Path.AsSpan(0, Math.Max(0, Path.IndexOf('/', StringComparison.Ordinal)));

    /// <summary>Its name.</summary>
    public ReadOnlySpan<char> Name => Path.AsSpan(Path.IndexOf('/', StringComparison.Ordinal) + 1);

    /// <summary>What its resourceVersion says; <see cref="Revision.None"/> for an answer to a dry run of a create. For a deleted object: when it was deleted.</summary>
    public Revision Revision { get; }

    /// <summary>Its resourceVersion; "" where there is none.</summary>
    public string ResourceVersion => Revision == Revision.None ? "" : Revision.Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The bytes as they are in the store.</summary>
    public ReadOnlyMemory<byte> Stored { get; }

    /// <summary>The object in the hub's version, resourceVersion filled in. Shared: everybody gets the same record.</summary>
    /// <exception cref="Machinery.Serialization.DecodeException">What is in the store is not such an object.</exception>
    public IApiObject Record => Volatile.Read(ref _record) ?? Keep(ref _record, _form.Decode(Stored, ResourceVersion));

    /// <summary>The hub's JSON, with kind and apiVersion first.</summary>
    public ReadOnlyMemory<byte> Json => Volatile.Read(ref _json) ?? Keep(ref _json, _form.Hub.WriteJson(Record));

    /// <summary>
    /// The hub's JSON as an item of a list, where kind and apiVersion are left out: everything after the opening brace.
    /// An item is written as <c>{</c> and these bytes.
    /// </summary>
    public ReadOnlyMemory<byte> JsonItemTail => Json[_form.ItemOffset..];

    /// <summary>Its labels.</summary>
    public ValueMap<string> Labels => Record.Metadata.Labels;

    /// <summary>A place for whoever parses managedFields to keep the result with the version that it belongs to.</summary>
    public object? ManagedFields
    {
        get => Volatile.Read(ref _managedFields);
        set => Volatile.Write(ref _managedFields, value);
    }

    /// <summary>The store's revision of these bytes: what a compare-and-swap compares with.</summary>
    internal Revision StoreRevision { get; }

    /// <summary>JSON in one of the served versions.</summary>
    public ReadOnlyMemory<byte> JsonOf(ServedVersion version) =>
        version.IsHub ? Json : Other(version, isProtobuf: false) ?? Add(version, isProtobuf: false, version.WriteJson(version.FromHub(Record)));

    /// <summary>Protobuf with its envelope, in one of the served versions (which must have a protobuf form).</summary>
    public ReadOnlyMemory<byte> ProtobufOf(ServedVersion version) =>
        Other(version, isProtobuf: true) ?? Add(version, isProtobuf: true, version.WriteProtobuf(version.FromHub(Record)));

    /// <summary>A view of the object in bytes that whoever reads makes of it; made once, and kept as all other forms.</summary>
    /// <param name="view">Names the view: the same instance whenever the same is wanted.</param>
    /// <param name="make">Makes it.</param>
    public ReadOnlyMemory<byte> ViewOf(object view, Func<StoredObject, byte[]> make) => Other(view, isProtobuf: false) ?? Add(view, isProtobuf: false, make(this));

    /// <summary>A view that is true for a moment only, as the ages in a table are; false where another was made last.</summary>
    /// <param name="view">Names the view: the same instance whenever the same is wanted.</param>
    /// <param name="moment">The moment, and whatever else it depends on.</param>
    /// <param name="bytes">The view.</param>
    public bool TryFindView(object view, long moment, out ReadOnlyMemory<byte> bytes)
    {
        var made = Volatile.Read(ref _momentary);
        var isFound = made is not null && ReferenceEquals(made.View, view) && made.Moment == moment;
        bytes = isFound ? made!.Bytes : default;
        return isFound;
    }

    /// <summary>Keeps a view for those who ask for the same in the same moment, in place of the last.</summary>
    public ReadOnlyMemory<byte> KeepView(object view, long moment, byte[] bytes)
    {
        Volatile.Write(ref _momentary, new MomentaryView(view, moment, bytes));
        return bytes;
    }

    /// <summary>The text of a selectable field, by its place among the definition's <see cref="ResourceTraits.SelectableFields"/>.</summary>
    public string SelectableField(int index) => (Volatile.Read(ref _fields) ?? Keep(ref _fields, _form.SelectableFields(Record)))[index];

    /// <summary>Gives up what can be made again from the stored bytes: few will still ask for a version that has been replaced.</summary>
    internal void Slim()
    {
        Volatile.Write(ref _record, null);
        Volatile.Write(ref _json, null);
        Volatile.Write(ref _others, null);
        Volatile.Write(ref _fields, null);
        Volatile.Write(ref _managedFields, null);
        Volatile.Write(ref _momentary, null);
    }

    /// <summary>The same object as the last state of a deletion, or of a departure from a selection, at that revision.</summary>
    internal StoredObject At(Revision revision) => new(_form, Path, Stored, revision, StoreRevision);

    private byte[]? Other(object form, bool isProtobuf)
    {
        for (var other = Volatile.Read(ref _others); other is not null; other = other.Next)
        {
            if (ReferenceEquals(other.Form, form) && other.IsProtobuf == isProtobuf)
                return other.Bytes;
        }

        return null;
    }

    private byte[] Add(object form, bool isProtobuf, byte[] bytes)
    {
        var next = Volatile.Read(ref _others);
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref _others, new Representation(form, isProtobuf, bytes, next), next);
            if (ReferenceEquals(seen, next))
                return bytes;
            next = seen;
        }
    }

    private static T Keep<T>(ref T? place, T made)
        where T : class => Interlocked.CompareExchange(ref place, made, null) ?? made;

    private sealed record MomentaryView(object View, long Moment, byte[] Bytes);

    // The form is a served version, or a view's name.
    private sealed record Representation(object Form, bool IsProtobuf, byte[] Bytes, Representation? Next);
}
