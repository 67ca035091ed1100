using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.ApiServer.Operations;

/// <summary>An object's JSON as the tree that patches and field management work on.</summary>
internal static class DocumentTree
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ApiException">400: what its untyped fields hold nests deeper than <see cref="TreeReader.MaximumDepth"/>.</exception>
    public static TreeObject Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return TreeReader.ReadObject(json);
        }
        catch (TreeFormatException tooDeep)
        {
            throw ApiError.BadRequest($"the object cannot be handled: {tooDeep.Message}");
        }
    }
}
