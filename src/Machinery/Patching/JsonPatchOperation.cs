using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>One operation of a JSON Patch.</summary>
internal readonly struct JsonPatchOperation(TreeObject operation)
{
    /// <summary>add, remove, replace, move, copy or test; "unknown" where it is not said.</summary>
    public string Kind => operation.String("op") ?? "unknown";

    /// <summary>Where.</summary>
    /// <exception cref="PatchNotApplicableException">It is not said, or no pointer.</exception>
    public Pointer Path => Pointer("path");

    /// <summary>Whence, for move and copy.</summary>
    /// <exception cref="PatchNotApplicableException">It is not said, or no pointer.</exception>
    public Pointer From => Pointer("from");

    /// <summary>What.</summary>
    /// <exception cref="PatchNotApplicableException">It is not said (null is something).</exception>
    public TreeValue Value => operation["value"] ?? throw new PatchNotApplicableException($"{Kind} operation has no value: missing value");

    private Pointer Pointer(string name)
    {
        var text = operation.String(name) ?? throw new PatchNotApplicableException($"{Kind} operation failed to decode {name}: missing value");
        return JsonPointer.Parse(text) is { Length: <= TreeReader.MaximumDepth } parts
            ? new Pointer(text, parts)
            : throw new PatchNotApplicableException($"{Kind} operation does not apply: doc is missing path: \"{text}\": missing value");
    }
}

/// <summary>A parsed pointer with its text.</summary>
internal readonly record struct Pointer(string Text, string[] Parts);
