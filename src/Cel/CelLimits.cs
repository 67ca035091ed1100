namespace ControlPlane.Cel;

/// <summary>The bounds of one expression.</summary>
public sealed record CelLimits
{
    /// <summary>The defaults.</summary>
    public static CelLimits Default { get; } = new();

    /// <summary>Longest source, in UTF-16 units.</summary>
    public int SourceLengthMax { get; init; } = 100_000;        // cel-go: expressionSizeCodePointLimit

    /// <summary>Deepest nesting of parentheses, brackets and arguments.</summary>
    public int NestingMax { get; init; } = 250;                 // cel-go: maxRecursionDepth

    /// <summary>Deepest tree, chains of members and operators included; what later recurses over it fits any thread's stack.</summary>
    public int TreeDepthMax { get; init; } = 1000;

    /// <summary>Cost units of one evaluation; past it the evaluation fails.</summary>
    public long CostMax { get; init; } = long.MaxValue;
}
