using System.Collections.Immutable;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching;

/// <summary>
/// Which members of an object a patch can change, told from the patch alone. Most patches name one or two of them; the others then need not be written as
/// JSON, read again and compared.
/// </summary>
/// <param name="Members">The members of the object itself.</param>
/// <param name="SparesManagedFields">Is metadata.managedFields, half of many an object's JSON, none of the things that can change?</param>
public sealed record PatchReach(ImmutableArray<string> Members, bool SparesManagedFields)
{
    private const string Metadata = "metadata";
    private const string ManagedFields = "managedFields";

    /// <summary>What a merge patch reaches; null for any member.</summary>
    public static PatchReach? OfMerge(TreeValue patch) =>
        patch is TreeObject members ? new([.. members.Names], members[Metadata] is null || members.Object(Metadata)?.Has(ManagedFields) == false) : null;

    /// <summary>What a strategic merge patch reaches; null for any member, as where a directive is about the object as a whole.</summary>
    public static PatchReach? OfStrategicMerge(TreeValue patch)
    {
        if (patch is not TreeObject members || HasDirectives(members))
            return null;
        var reach = OfMerge(members);
        return members.Object(Metadata) is { } metadata && HasDirectives(metadata) ? reach! with { SparesManagedFields = false } : reach;
    }

    /// <summary>What a JSON Patch reaches; null for any member, as where a pointer is to the object as a whole or is none.</summary>
    public static PatchReach? OfJsonPatch(TreeValue patch)
    {
        if (patch is not TreeList operations)
            return null;
        var names = ImmutableArray.CreateBuilder<string>();
        var spares = true;
        foreach (var operation in operations.OfType<TreeObject>())
        {
            foreach (var pointer in (ReadOnlySpan<string?>)[operation.String("path"), operation.String("from")])
            {
                if (pointer is null)
                    continue;
                if (JsonPointer.Parse(pointer) is not [var name, .. var rest])
                    return null;
                spares &= name != Metadata || rest is [var inner, ..] && inner != ManagedFields;
                if (!names.Contains(name))
                    names.Add(name);
            }
        }

        return new(names.DrainToImmutable(), spares);
    }

    private static bool HasDirectives(TreeObject members) => members.Any(static member => member.Name.StartsWith('$'));
}
