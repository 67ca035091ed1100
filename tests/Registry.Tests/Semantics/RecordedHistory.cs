using ControlPlane.Machinery.Meta;
using ControlPlane.Registry.Cache;

namespace ControlPlane.Registry.Tests.Semantics;

/// <summary>An object at one moment, as far as lists and watches tell it apart.</summary>
internal sealed record Seen(string Namespace, string Name, string Color, long Revision)
{
    public static Seen Of(StoredObject one)
    {
        var metadata = one.Record.Metadata;
        return new Seen(metadata.Namespace, metadata.Name, metadata.Labels.Find("c") ?? "", one.Revision.Value);
    }

    public string Path => $"{Namespace}/{Name}";

    public override string ToString() => $"{Path}:{Color}@{Revision}";
}

/// <summary>One write, and all objects after it.</summary>
internal sealed record Moment(long Revision, Seen? Before, Seen? After, IReadOnlyList<Seen> Objects);

/// <summary>What really happened, written down while it did: what a list of any revision and a watch from any revision must tell.</summary>
internal sealed class RecordedHistory
{
    private readonly SortedDictionary<string, Seen> _objects = new(StringComparer.Ordinal);
    private readonly List<Moment> _moments = [];

    public long Current => _moments[^1].Revision;

    public void Put(StoredObject written)
    {
        var after = Seen.Of(written);
        var before = _objects.GetValueOrDefault(after.Path);
        _objects[after.Path] = after;
        Add(after.Revision, before, after);
    }

    public void Removed(ObjectKey key, long revision)
    {
        var path = $"{key.Namespace}/{key.Name}";
        var before = _objects[path];
        _objects.Remove(path);
        Add(revision, before, null);
    }

    /// <summary>The objects at a revision.</summary>
    public IReadOnlyList<Seen> At(long revision) => _moments.LastOrDefault(moment => moment.Revision <= revision)?.Objects ?? [];

    /// <summary>The writes after a revision.</summary>
    public IEnumerable<Moment> After(long revision) => _moments.Where(moment => moment.Revision > revision);

    private void Add(long revision, Seen? before, Seen? after) => _moments.Add(new Moment(revision, before, after, [.. _objects.Values]));
}
