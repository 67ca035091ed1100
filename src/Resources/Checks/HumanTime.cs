using System.Globalization;

namespace ControlPlane.Resources.Checks;

/// <summary>Durations as kubectl shows them where a cell holds one: the two largest units, if they are small (apimachinery: pkg/util/duration).</summary>
internal static class HumanTime
{
    internal static string Of(TimeSpan time)
    {
        var seconds = (long)time.TotalSeconds;
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return seconds switch
        {
            < 0 => "<invalid>",
            < 120 => Text(seconds, "s", 0, ""),
            < 600 => Text(minutes, "m", seconds % 60, "s"),
            < 10800 => Text(minutes, "m", 0, ""),
            < 28800 => Text(hours, "h", minutes % 60, "m"),
            < 172800 => Text(hours, "h", 0, ""),
            < 691200 => Text(days, "d", hours % 24, "h"),
            < 63072000 => Text(days, "d", 0, ""),
            < 252288000 => Text(days / 365, "y", days % 365, "d"),
            _ => Text(days / 365, "y", 0, ""),
        };
    }

    private static string Text(long whole, string unit, long rest, string smaller) => rest == 0
        ? whole.ToString(CultureInfo.InvariantCulture) + unit
        : string.Create(CultureInfo.InvariantCulture, $"{whole}{unit}{rest}{smaller}");
}
