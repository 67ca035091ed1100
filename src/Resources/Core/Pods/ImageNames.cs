using System.Text.RegularExpressions;

namespace ControlPlane.Resources.Core;

/// <summary>Names of images, as far as their form decides about a default (distribution: reference grammar).</summary>
internal static partial class ImageNames
{
    private const int MaxNameLength = 255; // distribution/reference: NameTotalLengthMax

    /// <summary>Is it a well-formed name whose tag is "latest", said or meant?</summary>
    public static bool IsLatest(string image)
    {
        var parts = Reference().Match(image);
        if (!parts.Success || image.Length > MaxNameLength || Identifier().IsMatch(image))
            return false;
        var tag = parts.Groups["tag"].Value;
        return tag == "latest" || (tag.Length == 0 && !parts.Groups["digest"].Success);
    }

    // The first component is a registry only when it has a dot, a port or capitals, or is localhost; all others are path components in lower case.
    [GeneratedRegex(
        """
        ^(?:(?:(?=[^/]*[.:A-Z\[]|localhost/)(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?)
        [a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*
        (?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?
        (?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    [GeneratedRegex("^[a-f0-9]{64}$")]
    private static partial Regex Identifier();
}
