using System.Collections.Immutable;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>The owners of one object while one write is worked out.</summary>
internal sealed class OwnerTable
{
    // kube-apiserver: DefaultMaxUpdateManagers; appliers are not counted.
    private const int MaximumUpdaters = 10;
    private const string AncientChanges = "ancient-changes";

    private readonly FieldManager _manager;
    private readonly List<FieldOwner> _owners;

    public OwnerTable(FieldManager manager, ManagedFields owners, TreeObject live)
    {
        _manager = manager;
        _owners = new List<FieldOwner>(owners.Count + 1);
        foreach (var owner in owners)
        {
            if (At(owner.ApiVersion, live) is not { } versioned)
                continue;
            var fields = SchemaChange.Reconcile(owner.Fields, versioned.Type);
            _owners.Add(ReferenceEquals(fields, owner.Fields) ? owner : owner with { Fields = fields });
        }
    }

    public IReadOnlyList<FieldOwner> All => _owners;

    /// <summary>The object at a version; null where that is not served.</summary>
    public VersionedObject? At(string version, TreeObject value) =>
        version == _manager.ApiVersion ? new VersionedObject(value, _manager.Type) : _manager.Convert?.Invoke(value, _manager.ApiVersion, version);

    public Changes Compare(TreeObject before, TreeObject after) => new(this, before, after);

    /// <summary>Puts the owner in the place of its former self.</summary>
    /// <returns>The former self.</returns>
    public FieldOwner? Replace(FieldOwner owner)
    {
        var index = _owners.FindIndex(owner.IsSame);
        var former = index < 0 ? null : _owners[index];
        if (index < 0)
            _owners.Add(owner);
        else
            _owners[index] = owner;
        return former;
    }

    /// <summary>Gives the owner these fields beside those it has.</summary>
    public void Add(FieldOwner owner)
    {
        var index = _owners.FindIndex(owner.IsSame);
        if (index < 0)
            _owners.Add(owner);
        else
            _owners[index] = owner with { Fields = owner.Fields.Union(_owners[index].Fields) };
    }

    /// <summary>What others own of what is changed or added.</summary>
    public ImmutableArray<FieldConflict> Conflicts(Changes changes, FieldOwner self)
    {
        var conflicts = ImmutableArray.CreateBuilder<FieldConflict>();
        foreach (var owner in _owners.Where(owner => !owner.IsSame(self)).OrderBy(owner => owner.SortKey, StringComparer.Ordinal))
            owner.Fields.Intersection(changes.At(owner.ApiVersion).Written).ForEach(path => conflicts.Add(new FieldConflict(owner, path)));
        return conflicts.DrainToImmutable();
    }

    /// <summary>All but the writer lose what was changed, added or removed.</summary>
    public void Yield(Changes changes, FieldOwner? except)
    {
        for (var index = 0; index < _owners.Count; index++)
        {
            var owner = _owners[index];
            if (except is not null && owner.IsSame(except))
                continue;
            var compared = changes.At(owner.ApiVersion);
            if (compared.IsSame)
                continue;
            var rest = owner.Fields.Difference(compared.Written).Difference(compared.Removed);
            if (!ReferenceEquals(rest, owner.Fields))
                _owners[index] = owner with { Fields = rest };
        }
    }

    /// <summary>The owners of something; the oldest updaters of a version are counted as one where there are too many.</summary>
    public ManagedFields Capped()
    {
        _owners.RemoveAll(static owner => owner.Fields.IsEmpty);
        if (_owners.Count > MaximumUpdaters)
            Cap();
        return ManagedFields.Of(_owners);
    }

    private void Cap()
    {
        var updaters = _owners.Where(static owner => owner.Operation == FieldOperation.Update)
            .OrderBy(static owner => owner.Time?.UnixSeconds ?? 0).ThenBy(static owner => owner.SortKey, StringComparer.Ordinal).ToList();
        var count = updaters.Count;
        var firsts = new Dictionary<string, FieldOwner>(StringComparer.Ordinal);
        foreach (var updater in updaters)
        {
            if (count <= MaximumUpdaters)
                return;
            if (firsts.TryAdd(updater.ApiVersion, updater))
                continue;
            var bucket = new FieldOwner(AncientChanges, FieldOperation.Update, updater.ApiVersion, "", updater.Time, updater.Fields);
            // The first of a version only stands for the bucket until there is one.
            var first = firsts[updater.ApiVersion];
            var index = _owners.FindIndex(bucket.IsSame);
            if (index < 0)
                _owners[_owners.IndexOf(first)] = first with { Manager = AncientChanges, Subresource = "" };
            _owners.Remove(updater);
            Add(bucket);
            count--;
        }
    }

    /// <summary>What one write changes, at each version that some owner speaks.</summary>
    internal sealed class Changes(OwnerTable table, TreeObject before, TreeObject after)
    {
        private readonly Dictionary<string, TypedComparison> _byVersion = new(StringComparer.Ordinal);

        public TypedComparison At(string version)
        {
            if (!_byVersion.TryGetValue(version, out var compared))
                _byVersion[version] = compared = Compare(version);
            return compared;
        }

        private TypedComparison Compare(string version)
        {
            if (table.At(version, before) is not { } older || table.At(version, after) is not { } newer)
                return new TypedComparison(FieldSet.Empty, FieldSet.Empty, FieldSet.Empty);
            var compared = TypedComparison.Of(older.Type, older.Object, newer.Object);
            return table._manager.ResetFields.TryGetValue(version, out var reset) ? compared.Without(reset) : compared;
        }
    }
}
