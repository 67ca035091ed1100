using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>What changed between two versions of an object, as field sets.</summary>
/// <param name="Added">Fields that are only in the new one, with all that lead to others where those came with them.</param>
/// <param name="Modified">Scalars and atomic values that differ.</param>
/// <param name="Removed">Fields that are only in the old one.</param>
internal sealed record TypedComparison(FieldSet Added, FieldSet Modified, FieldSet Removed)
{
    /// <summary>Did nothing change?</summary>
    public bool IsSame => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    /// <summary>What was touched by writing the new value.</summary>
    public FieldSet Written { get; } = Added.Union(Modified);

    /// <summary>Compares; shared subtrees are not walked.</summary>
    public static TypedComparison Of(TypeDescriptor type, TreeObject older, TreeObject newer)
    {
        var walk = new Walk();
        walk.Compare(type, older, newer);
        return new TypedComparison(walk.Added.Build(), walk.Modified.Build(), walk.Removed.Build());
    }

    /// <summary>Is there nothing, or nothing in it?</summary>
    public static bool IsVacant(TreeValue? value) => value is null or TreeNull or TreeObject { Count: 0 } or TreeList { Count: 0 };

    /// <summary>The same without what the write resets anyway.</summary>
    public TypedComparison Without(FieldSet fields) => fields.IsEmpty
        ? this
        : new(Added.RecursiveDifference(fields), Modified.RecursiveDifference(fields), Removed.RecursiveDifference(fields));

    private sealed class Walk
    {
        private PathElement[] _path = new PathElement[16];
        private int _depth;

        public FieldSetBuilder Added { get; } = new();

        public FieldSetBuilder Modified { get; } = new();

        public FieldSetBuilder Removed { get; } = new();

        private ReadOnlySpan<PathElement> Path => _path.AsSpan(0, _depth);

        public void Compare(TypeDescriptor type, TreeValue? older, TreeValue? newer)
        {
            if (ReferenceEquals(older, newer))
                return;
            var one = Structure.Of(type, older ?? newer!);
            var other = Structure.Of(type, newer ?? older!);
            // An untyped value that changed its form: the members of either side came or went, and the value itself is another.
            if (one == other)
                Compare(type, one, older, newer);
            else
                Reshape(type, older!, newer!);
        }

        private void Reshape(TypeDescriptor type, TreeValue older, TreeValue newer)
        {
            Modified.Insert(Path);
            Members(type, older as TreeObject, newer as TreeObject);
        }

        private void Compare(TypeDescriptor type, Granularity granularity, TreeValue? older, TreeValue? newer)
        {
            // Two values that are empty or null are compared as a whole, so that the difference of null and empty is kept.
            if (granularity == Granularity.Whole || (IsVacant(older) && IsVacant(newer)))
            {
                Whole(older, newer);
                return;
            }

            if (granularity == Granularity.Members)
                Members(type, older as TreeObject, newer as TreeObject);
            else
                Items(type, older as TreeList, newer as TreeList);
            if (older is null)
                Insert(Added);
            else if (newer is null)
                Insert(Removed);
        }

        private void Whole(TreeValue? older, TreeValue? newer)
        {
            if (older is null)
                Insert(Added);
            else if (newer is null)
                Insert(Removed);
            else if (!older.Equals(newer))
                Insert(Modified);
        }

        private void Insert(FieldSetBuilder set)
        {
            if (_depth > 0)
                set.Insert(Path);
        }

        private void Members(TypeDescriptor type, TreeObject? older, TreeObject? newer)
        {
            int left = 0, right = 0;
            var (leftCount, rightCount) = (older?.Count ?? 0, newer?.Count ?? 0);
            while (left < leftCount || right < rightCount)
            {
                var sign = left == leftCount ? 1 : right == rightCount ? -1 : Order(older!.Names[left], newer!.Names[right]);
                var name = sign <= 0 ? older!.Names[left] : newer!.Names[right];
                var before = sign <= 0 ? older!.Values[left++] : null;
                var after = sign >= 0 ? newer!.Values[right++] : null;
                if (!ReferenceEquals(before, after))
                    Descend(PathElement.Field(name), Structure.Member(type, name).Type, before, after);
            }
        }

        private void Items(TypeDescriptor type, TreeList? older, TreeList? newer)
        {
            var (left, right) = (new ItemIndex(type, older), new ItemIndex(type, newer));
            for (var index = 0; index < left.Count; index++)
            {
                if (left.IsFirst(index))
                    Item(type, left.ElementAt(index), left, right);
            }

            for (var index = 0; index < right.Count; index++)
            {
                if (right.IsFirst(index) && left.IndexOf(right.ElementAt(index)) < 0)
                    Item(type, right.ElementAt(index), left, right);
            }
        }

        private void Item(TypeDescriptor type, PathElement element, ItemIndex left, ItemIndex right)
        {
            var item = Structure.Item(type);
            if (!left.HasDuplicates && !right.HasDuplicates)
            {
                Descend(element, item, left.Single(element), right.Single(element));
                return;
            }

            var (before, after) = (left.All(element), right.All(element));
            if (before.Count <= 1 && after.Count <= 1)
                Descend(element, item, before.FirstOrDefault(), after.FirstOrDefault());
            else
                Duplicates(element, item, before, after);
        }

        /// <summary>Items of one name are compared as one atomic value; the single item that there was before or is now is gone or new.</summary>
        private void Duplicates(PathElement element, TypeDescriptor item, List<TreeValue> before, List<TreeValue> after)
        {
            if (before.Count == 1)
                Descend(element, item, before[0], null);
            if (after.Count == 1)
                Descend(element, item, null, after[0]);
            Push(element);
            if (before.Count > 1 && after.Count > 1)
            {
                if (!before.SequenceEqual(after))
                    Modified.Insert(Path);
            }
            else
            {
                (before.Count > 1 ? Removed : Added).Insert(Path);
            }

            _depth--;
        }

        private void Descend(PathElement element, TypeDescriptor type, TreeValue? older, TreeValue? newer)
        {
            Push(element);
            Compare(type, older, newer);
            _depth--;
        }

        private void Push(PathElement element)
        {
            if (_depth == _path.Length)
                Array.Resize(ref _path, _depth * 2);
            _path[_depth++] = element;
        }

        private static int Order(string one, string other) => ReferenceEquals(one, other) ? 0 : string.CompareOrdinal(one, other);
    }
}
