namespace ControlPlane.Machinery.Trees;

/// <summary>null.</summary>
public sealed class TreeNull : TreeValue
{
    private TreeNull()
    {
    }

    /// <summary>The only one.</summary>
    public static TreeNull Instance { get; } = new();

    /// <inheritdoc/>
    public override TreeKind Kind => TreeKind.Null;

    /// <inheritdoc/>
    public override bool Equals(TreeValue? other) => other is TreeNull;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;
}

/// <summary>true or false.</summary>
public sealed class TreeBoolean : TreeValue
{
    private TreeBoolean(bool value) => Value = value;

    /// <summary>true.</summary>
    public static TreeBoolean True { get; } = new(true);

    /// <summary>false.</summary>
    public static TreeBoolean False { get; } = new(false);

    /// <inheritdoc/>
    public override TreeKind Kind => TreeKind.Boolean;

    /// <summary>What it says.</summary>
    public bool Value { get; }

    /// <summary>The one of the two that says so.</summary>
    public static TreeBoolean Of(bool value) => value ? True : False;

    /// <inheritdoc/>
    public override bool Equals(TreeValue? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value ? 1 : 2;
}

/// <summary>An integer of 64 bits.</summary>
public sealed class TreeInteger : TreeValue
{
    private const int Lowest = -16;
    private static readonly TreeInteger[] Small = [.. Enumerable.Range(Lowest, 1024).Select(value => new TreeInteger(value))];

    private TreeInteger(long value) => Value = value;

    /// <inheritdoc/>
    public override TreeKind Kind => TreeKind.Integer;

    /// <summary>The number.</summary>
    public long Value { get; }

    /// <summary>That integer; small ones are shared.</summary>
    public static TreeInteger Of(long value) =>
        value >= Lowest && value < Lowest + Small.Length ? Small[(int)(value - Lowest)] : new TreeInteger(value);

    /// <inheritdoc/>
    public override bool Equals(TreeValue? other) => other switch
    {
        TreeInteger integer => integer.Value == Value,
        TreeNumber number => number.Equals(this),
        _ => false,
    };

    /// <inheritdoc/>
    public override int GetHashCode() => ((double)Value).GetHashCode();
}

/// <summary>A number with a fraction, an exponent, or too big for 64 bits; held as Go's float64 holds it.</summary>
public sealed class TreeNumber(double value) : TreeValue
{
    /// <inheritdoc/>
    public override TreeKind Kind => TreeKind.Number;

    /// <summary>The number; finite.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override bool Equals(TreeValue? other) => other switch
    {
        TreeNumber number => number.Value == Value,
        TreeInteger integer => integer.Value == Value,
        _ => false,
    };

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();
}

/// <summary>A string.</summary>
public sealed class TreeString : TreeValue
{
    private TreeString(string value) => Value = value;

    /// <summary>The empty string.</summary>
    public static TreeString Empty { get; } = new("");

    /// <inheritdoc/>
    public override TreeKind Kind => TreeKind.String;

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <summary>That string.</summary>
    public static TreeString Of(string value) => value.Length == 0 ? Empty : new TreeString(value);

    /// <inheritdoc/>
    public override bool Equals(TreeValue? other) => ReferenceEquals(this, other) || (other is TreeString text && text.Value == Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();
}
