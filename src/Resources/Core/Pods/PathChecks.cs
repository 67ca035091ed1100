using ControlPlane.Machinery.Errors;

namespace ControlPlane.Resources.Core;

/// <summary>Paths within a volume.</summary>
internal static class PathChecks
{
    /// <summary>Relative, and nowhere upwards.</summary>
    internal static void Descending(string path, FieldErrors at)
    {
        if (path.StartsWith('/'))
            at.Invalid(path, "must be a relative path");
        NoBacksteps(path, at);
    }

    /// <summary>Nowhere upwards.</summary>
    internal static void NoBacksteps(string path, FieldErrors at)
    {
        if (path.Split('/').Contains(".."))
            at.Invalid(path, "must not contain '..'");
    }

    /// <summary>Relative, nowhere upwards, and not beginning with two dots: such names are the kubelet's.</summary>
    internal static void OfFile(string path, FieldErrors at)
    {
        Descending(path, at);
        if (path.StartsWith("..", StringComparison.Ordinal) && !path.StartsWith("../", StringComparison.Ordinal))
            at.Invalid(path, "must not start with '..'");
    }
}
