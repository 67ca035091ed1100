namespace ControlPlane.Machinery.Trees;

/// <summary>
/// A JSON value as it was written: absent, null and empty stay different things. Patches, server-side apply and custom resources work on these,
/// never on records.
/// </summary>
/// <remarks>
/// Values are immutable and may be shared between trees. Equality is deep and looks at reference first. Numbers are equal by value, whatever their form
/// (1 equals 1.0), as upstream's value comparison has it.
/// </remarks>
public abstract class TreeValue : IEquatable<TreeValue>
{
    private protected TreeValue()
    {
    }

    /// <summary>Which of the seven forms this is.</summary>
    public abstract TreeKind Kind { get; }

    /// <summary>Written as null (not: absent).</summary>
    public bool IsNull => Kind == TreeKind.Null;

    /// <summary>The string that stands here, or null where something else stands.</summary>
    public string? StringOrNull => (this as TreeString)?.Value;

    /// <summary>Deep equality of two values that may both be missing.</summary>
    public static bool Same(TreeValue? one, TreeValue? other) =>
        ReferenceEquals(one, other) || (one is not null && other is not null && one.Equals(other));

    /// <summary>Does it nest deeper than so many levels of objects and lists? Looks no deeper than that.</summary>
    public bool NestsDeeperThan(int levels)
    {
        var inside = this switch
        {
            TreeObject members => members.Values,
            TreeList items => items.Items,
            _ => default,
        };
        if (levels == 0)
            return Kind is TreeKind.Object or TreeKind.List;
        foreach (var value in inside)
        {
            if (value.NestsDeeperThan(levels - 1))
                return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public abstract bool Equals(TreeValue? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as TreeValue);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary>The value as compact JSON.</summary>
    public sealed override string ToString() => TreeWriter.ToJsonString(this);
}

/// <summary>The forms of a JSON value; integers and other numbers are told apart, as Kubernetes does.</summary>
public enum TreeKind
{
    /// <summary>null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A number that was written as an integer and fits 64 bits.</summary>
    Integer,

    /// <summary>Any other number.</summary>
    Number,

    /// <summary>A string.</summary>
    String,

    /// <summary>A list.</summary>
    List,

    /// <summary>An object.</summary>
    Object,
}
