using ControlPlane.Cel.Libraries;

namespace ControlPlane.Cel.Values;

/// <summary>Durations in the text that the language reads: "1h30m", "250ms".</summary>
public static class CelDuration
{
    /// <summary>Reads one, in nanoseconds.</summary>
    public static bool TryParse(string text, out long nanoseconds)
    {
        var parsed = TimeFunctions.TryParseDuration(text);
        nanoseconds = parsed ?? 0;
        return parsed is not null;
    }
}
