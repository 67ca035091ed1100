using System.Globalization;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>The document while a JSON Patch is applied to it.</summary>
/// <remarks>
/// Operations can put a document into itself and so double its depth, time after time. Nothing here recurses into a value before its depth is known: pointers
/// are no longer than a document is deep, and what is copied, compared or returned is measured first.
/// </remarks>
internal sealed class JsonPatchTarget(TreeValue document, long copiedBytesMaximum, bool allowNegativeIndexes)
{
    private long _copiedBytes;

    private TreeValue Document { get; set; } = document;

    /// <summary>What came of it.</summary>
    /// <exception cref="PatchTooLargeException">It nests deeper than documents may.</exception>
    public TreeValue Finish() => Measured(Document);

    public void Apply(JsonPatchOperation operation)
    {
        switch (operation.Kind)
        {
            case "add":
                Add(operation, operation.Path, operation.Value);
                break;
            case "remove":
                Change(operation, operation.Path, static (_, _) => null, Missing.Refused);
                break;
            case "replace":
                var value = operation.Value;
                Change(operation, operation.Path, (_, _) => value, Missing.Tolerated);
                break;
            case "move":
                var moved = Find(operation, operation.From);
                var from = operation.From;
                if (from.Text == operation.Path.Text)
                    break;
                Change(operation, from, static (_, _) => null, Missing.Refused);
                Add(operation, operation.Path, moved);
                break;
            case "copy":
                var copied = Measured(Find(operation, operation.From));
                Count(copied);
                Add(operation, operation.Path, copied);
                break;
            case "test":
                Test(operation);
                break;
            default:
                throw new PatchNotApplicableException($"Unexpected kind: {operation.Kind}");
        }
    }

    private void Add(JsonPatchOperation operation, Pointer path, TreeValue value) => Change(operation, path, (_, _) => value, Missing.Inserted);

    private void Test(JsonPatchOperation operation)
    {
        var path = operation.Path;
        var expected = operation.Value;
        var there = Step(Document, path, 0);
        if (there is null ? expected.IsNull : Measured(there).Equals(expected))
            return;
        throw new PatchNotApplicableException($"testing value {path.Text} failed: test failed");
    }

    private TreeValue Find(JsonPatchOperation operation, Pointer from) =>
        Step(Document, from, 0) ?? throw NotThere(operation, from, "from path");

    private TreeValue? Step(TreeValue value, Pointer path, int depth)
    {
        for (; depth < path.Parts.Length; depth++)
        {
            var part = path.Parts[depth];
            var next = value switch
            {
                TreeObject members => members[part],
                TreeList items when Index(part, items.Count) is { } index && index < items.Count => items[index],
                _ => null,
            };
            if (next is null)
                return null;
            value = next;
        }

        return value;
    }

    private void Change(JsonPatchOperation operation, Pointer path, Func<TreeValue?, string, TreeValue?> change, Missing missing)
    {
        if (path.Parts.Length == 0)
            Document = change(Document, "") ?? TreeNull.Instance;
        else
            Document = Change(operation, Document, path, 0, change, missing);
    }

    private TreeValue Change(
        JsonPatchOperation operation, TreeValue value, Pointer path, int depth, Func<TreeValue?, string, TreeValue?> change, Missing missing)
    {
        var part = path.Parts[depth];
        var isLast = depth == path.Parts.Length - 1;
        switch (value)
        {
            case TreeObject members:
                var member = members[part];
                if (member is null && (!isLast || missing == Missing.Refused))
                    throw NotThere(operation, path, isLast ? "key" : "path");
                var now = isLast ? change(member, part) : Change(operation, member!, path, depth + 1, change, missing);
                return now is null ? members.Without(part) : members.With(part, now);
            case TreeList items when isLast:
                return Item(operation, items, path, change, missing);
            case TreeList items when Index(part, items.Count) is { } index && index < items.Count:
                return items.With(index, Change(operation, items[index], path, depth + 1, change, missing));
            default:
                throw NotThere(operation, path, "path");
        }
    }

    private TreeList Item(JsonPatchOperation operation, TreeList items, Pointer path, Func<TreeValue?, string, TreeValue?> change, Missing missing)
    {
        var part = path.Parts[^1];
        if (missing == Missing.Inserted)
        {
            var place = part == "-" ? items.Count : Index(part, items.Count + (part.StartsWith('-') ? 0 : 1));
            return place is { } at && at <= items.Count ? items.WithInserted(at, change(null, part)!) : throw BadIndex(operation, path);
        }

        if (Index(part, items.Count) is not { } index || index >= items.Count)
            throw BadIndex(operation, path);
        return change(items[index], part) is { } now ? items.With(index, now) : items.Without(index);
    }

    private int? Index(string part, int count)
    {
        if (!allowNegativeIndexes || !part.StartsWith('-'))
            return JsonPointer.Index(part);
        return int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) && index < 0 && count + index >= 0 ? count + index : null;
    }

    private void Count(TreeValue copied)
    {
        _copiedBytes += TreeWriter.ToBytes(copied).Length;
        if (_copiedBytes > copiedBytesMaximum)
            throw new PatchTooLargeException($"Unable to complete the copy, the accumulated size increase of copy is {_copiedBytes}, exceeding the limit {copiedBytesMaximum}");
    }

    private static TreeValue Measured(TreeValue value) => value.NestsDeeperThan(TreeReader.MaximumDepth)
        ? throw new PatchTooLargeException($"the patched document nests deeper than {TreeReader.MaximumDepth} levels")
        : value;

    private static PatchNotApplicableException NotThere(JsonPatchOperation operation, Pointer path, string what) =>
        new($"{operation.Kind} operation does not apply: doc is missing {what}: \"{path.Text}\": missing value");

    private static PatchNotApplicableException BadIndex(JsonPatchOperation operation, Pointer path) =>
        new($"error in {operation.Kind} for path: '{path.Text}': invalid index referenced");

    private enum Missing
    {
        Refused,

        /// <summary>A member that is not there is set (upstream's replace does so, unlike RFC 6902); an item has to be there.</summary>
        Tolerated,

        Inserted,
    }
}
