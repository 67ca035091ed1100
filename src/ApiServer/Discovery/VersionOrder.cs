using System.Globalization;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>Orders API versions as upstream does: v2, v1, v1beta2, v1beta1, v1alpha1, then all others by name (apimachinery: pkg/version).</summary>
internal sealed class VersionOrder : IComparer<string>
{
    /// <summary>The first is the most preferred.</summary>
    public static VersionOrder MostPreferredFirst { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var (left, right) = (Parse(x ?? ""), Parse(y ?? ""));
        return left is { } a && right is { } b ? -a.CompareTo(b)
            : left is not null ? -1
            : right is not null ? 1
            : string.CompareOrdinal(x, y);
    }

    // (3 = GA, 2 = beta, 1 = alpha; major; minor)
    private static (int Stability, int Major, int Minor)? Parse(string version)
    {
        if (!version.StartsWith('v'))
            return null;
        var rest = version.AsSpan(1);
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        if (!TryNumber(digits < 0 ? rest : rest[..digits], out var major))
            return null;
        if (digits < 0)
            return (3, major, 0);
        var stage = rest[digits..];
        var (stability, prefix) = stage.StartsWith("beta") ? (2, 4) : stage.StartsWith("alpha") ? (1, 5) : (0, 0);
        return stability > 0 && TryNumber(stage[prefix..], out var parsed) ? (stability, major, parsed) : null;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
