using System.Collections.Immutable;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>What came of an apply.</summary>
public abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    /// <summary>It can be written.</summary>
    /// <param name="Object">The merged object, its metadata.managedFields as the live one had it. Members may be null where their last field was removed.</param>
    /// <param name="Owners">Who owns what from now on.</param>
    /// <param name="IsChanged">Does the object differ from the live one? (The owners may differ even if it does not.)</param>
    public sealed record Merged(TreeObject Object, ManagedFields Owners, bool IsChanged) : ApplyOutcome;

    /// <summary>Others own fields that it would change: 409, reason Conflict, causes FieldManagerConflict.</summary>
    /// <param name="Conflicts">All of them, by manager, then in the order of field sets.</param>
    public sealed record Conflicted(ImmutableArray<FieldConflict> Conflicts) : ApplyOutcome
    {
        /// <summary>The text of the Status.</summary>
        public string Message
        {
            get
            {
                if (Conflicts.Length == 1)
                    return $"Apply failed with 1 conflict: {Conflicts[0].Message}: {Conflicts[0].Field}";
                var lines = Conflicts.GroupBy(conflict => conflict.Owner).SelectMany(group =>
                    group.Select(conflict => $"- {conflict.Field}").Prepend($"conflicts with {group.Key.Described}:"));
                return $"Apply failed with {Conflicts.Length} conflicts: {string.Join('\n', lines)}";
            }
        }
    }
}

/// <summary>One field that another manager owns, as a cause of the Status names it.</summary>
public sealed record FieldConflict(FieldOwner Owner, FieldPath Path)
{
    /// <summary>The cause's field: ".spec.replicas".</summary>
    public string Field => Path.ToString();

    /// <summary>The cause's message: conflict with "kubectl" using apps/v1.</summary>
    public string Message => $"conflict with {Owner.Described}";
}

/// <summary>An apply request that cannot be understood: 400.</summary>
public sealed class ApplyException(string message) : Exception(message);
