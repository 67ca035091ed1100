using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>One entry of metadata.managedFields: who wrote which fields, how, and when.</summary>
/// <param name="Manager">The field manager's name.</param>
/// <param name="Operation">Whether these fields are applied or otherwise written.</param>
/// <param name="ApiVersion">The version whose paths the fields are ("apps/v1").</param>
/// <param name="Subresource">"" for the object itself.</param>
/// <param name="Time">When the manager last changed something.</param>
/// <param name="Fields">What it owns.</param>
public sealed record FieldOwner(string Manager, FieldOperation Operation, string ApiVersion, string Subresource, Timestamp? Time, FieldSet Fields)
{
    /// <summary>"conflict with ..." names a manager so.</summary>
    internal string Described
    {
        get
        {
            var name = GoText.Quote(Manager);
            if (Subresource.Length > 0)
                name = $"{name} with subresource {GoText.Quote(Subresource)}";
            return Operation == FieldOperation.Update ? $"{name} using {ApiVersion}" : name;
        }
    }

    /// <summary>The order of upstream's manager identifiers (the JSON of the entry without fields and time).</summary>
    internal string SortKey => $"{Manager}\"{Operation}\"{(Operation == FieldOperation.Apply ? "" : ApiVersion)}\"{Subresource}";

    /// <summary>Is this the same manager in the same role? An applier is, whatever version it applied before.</summary>
    internal bool IsSame(FieldOwner other) =>
        Operation == other.Operation && Manager == other.Manager && Subresource == other.Subresource
        && (Operation == FieldOperation.Apply || ApiVersion == other.ApiVersion);
}

/// <summary>How a manager came to its fields.</summary>
public enum FieldOperation
{
    /// <summary>Server-side apply: the fields are all it wants.</summary>
    Apply,

    /// <summary>Any other write.</summary>
    Update,
}
