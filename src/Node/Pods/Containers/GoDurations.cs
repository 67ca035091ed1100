using System.Globalization;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>Durations as upstream's messages print them: Go's time.Duration.</summary>
internal static class GoDurations
{
    /// <summary>"10s", "2m40s", "1h0m0s", "1.5s", "250ms".</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        if (duration < TimeSpan.FromSeconds(1))
            return Number(duration.TotalMilliseconds) + "ms";
        var seconds = Number(duration.TotalSeconds % 60) + "s";
        if (duration < TimeSpan.FromMinutes(1))
            return seconds;
        return duration < TimeSpan.FromHours(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes}m{seconds}")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h{duration.Minutes}m{seconds}");
    }

    private static string Number(double value) => Math.Round(value, 6).ToString("0.######", CultureInfo.InvariantCulture);
}
