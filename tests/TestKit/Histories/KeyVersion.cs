namespace ControlPlane.TestKit.Histories;

/// <summary>One version of one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Revision">The write's place in the order of all writes.</param>
/// <param name="Value">What was written, which no other write writes; null: the key was deleted.</param>
public sealed record KeyVersion(string Key, long Revision, string? Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Key}@{Revision} {Value ?? "deleted"}";
}
