using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Stored;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Reads;

/// <summary>One page of a list, once it is known of which moment: which objects, from where on, how many.</summary>
/// <param name="Selection">Which objects.</param>
/// <param name="Scope">Where they can stand.</param>
/// <param name="Start">The first path that may be in the page.</param>
/// <param name="Limit">At most so many; 0 (or less) for all.</param>
internal readonly record struct PageQuery(ObjectSelection Selection, ReadScope Scope, string Start, long Limit)
{
    /// <summary>The page out of what the cache holds; where an index tells which objects the selection can be about, only those are looked at.</summary>
    public ObjectPage From(CacheState state, Revision revision) => From(state.Objects, state.Narrowed(Selection), revision);

    /// <summary>The page out of a snapshot, which it goes on reading while it is enumerated.</summary>
    public ObjectPage From(ObjectTree objects, Revision revision) => From(objects, objects, revision);

    // What remains is told of all objects: a client cannot know what it selects of them.
    private ObjectPage From(ObjectTree objects, ObjectTree narrowed, Revision revision)
    {
        var whole = new TreeSource(narrowed, this);
        if (Limit <= 0 || whole.At(Limit) is not { } last)
            return new ObjectPage(whole, revision, "", null);
        var prefix = Scope.Prefix;
        var end = prefix.Length == 0 ? objects.Count : objects.Rank(prefix[..^1] + (char)(prefix[^1] + 1));
        return WithRest(whole, last, end - objects.Rank(last.Path) - 1, revision);
    }

    /// <summary>The page as it was at a revision that only the store remembers; null where that has forgotten it too.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    public async ValueTask<ObjectPage?> FromStoreAsync(IKeyValueStore store, StoredForm form, string root, Revision revision, CancellationToken cancel)
    {
        const int ReadAtOnce = 500;
        var selected = new List<StoredObject>();
        var keys = Scope.Path is { } path ? KeyInterval.Single(root + path) : KeyInterval.Prefix(root + Scope.Prefix) with { Start = root + Start };
        while (true)
        {
            if (await store.RangeAsync(new RangeQuery(keys, ReadAtOnce, revision, CountsRest: Limit > 0), cancel) is not RangeResult.Found found)
                return null;
            for (var i = 0; i < found.Items.Count; i++)
            {
                var item = found.Items[i];
                var one = new StoredObject(form, item.Key[root.Length..], item.Value, item.Modified, item.Modified);
                if (Selection.Selects(one))
                    selected.Add(one);
                if (Limit > 0 && selected.Count == Limit)
                    return WithRest(new ListSource(selected), one, found.Count - i - 1, revision);
            }

            if (!found.More)
                return new ObjectPage(new ListSource(selected), revision, "", null);
            keys = keys with { Start = found.Items[^1].Key + '\0' };
        }
    }

    // Whether more follows is said by what is left unread, selected or not; how much is said only where nothing is left out.
    private ObjectPage WithRest(IObjectSource page, StoredObject last, long rest, Revision revision) => rest == 0
        ? new ObjectPage(page, revision, "", null)
        : new ObjectPage(page, revision, ContinueToken.After(last.Path, Scope.Prefix, revision), Selection.IsEverything ? rest : null);

    // Enumerated while it is written: nothing is collected, however long the list.
    private sealed class TreeSource(ObjectTree objects, PageQuery query) : IObjectSource
    {
        public IEnumerable<StoredObject> Enumerate()
        {
            var left = query.Limit;
            foreach (var one in query.Scope.In(objects, query.Start))
            {
                if (!query.Selection.Selects(one))
                    continue;
                yield return one;
                if (--left == 0)
                    yield break;
            }
        }

        // The object in that place, counted from 1; null when there are fewer.
        public StoredObject? At(long place)
        {
            foreach (var one in Enumerate())
            {
                if (--place == 0)
                    return one;
            }

            return null;
        }
    }

    private sealed class ListSource(List<StoredObject> objects) : IObjectSource
    {
        public IEnumerable<StoredObject> Enumerate() => objects;
    }
}
