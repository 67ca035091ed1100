using System.Collections.Immutable;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>JSON Patch (RFC 6902): a list of operations, applied in order, all or none.</summary>
public sealed class JsonPatch
{
    // kube-apiserver: maxJSONPatchOperations.
    private const int OperationsMaximum = 10_000;

    private readonly ImmutableArray<JsonPatchOperation> _operations;

    private JsonPatch(ImmutableArray<JsonPatchOperation> operations) => _operations = operations;

    /// <summary>Reads a patch. What an operation lacks shows when it is applied, as upstream has it.</summary>
    /// <exception cref="PatchFormatException">Not a list of objects.</exception>
    /// <exception cref="PatchTooLargeException">More than 10,000 operations.</exception>
    public static JsonPatch Parse(TreeValue patch)
    {
        if (patch is not TreeList list || list.Any(static operation => operation is not TreeObject))
            throw new PatchFormatException("error decoding patch: a JSON Patch is a list of operations");
        return list.Count <= OperationsMaximum
            ? new JsonPatch([.. list.Select(static operation => new JsonPatchOperation((TreeObject)operation))])
            : throw new PatchTooLargeException($"The allowed maximum operations in a JSON patch is {OperationsMaximum}, got {list.Count}");
    }

    /// <summary>Applies all operations.</summary>
    /// <param name="document">What is patched.</param>
    /// <param name="copiedBytesMaximum">How many bytes of JSON "copy" may add in all (kube-apiserver: the maximal size of a request body).</param>
    /// <param name="allowNegativeIndexes">-1 is the last item, as kube-apiserver has it and RFC 6901 has not.</param>
    /// <exception cref="PatchNotApplicableException">An operation that does not apply.</exception>
    /// <exception cref="PatchTooLargeException">Too much is copied, or the document nests too deep.</exception>
    public TreeValue Apply(TreeValue document, long copiedBytesMaximum = 3 * 1024 * 1024, bool allowNegativeIndexes = false)
    {
        var target = new JsonPatchTarget(document, copiedBytesMaximum, allowNegativeIndexes);
        foreach (var operation in _operations)
            target.Apply(operation);
        return target.Finish();
    }
}
