using System.Globalization;

namespace ControlPlane.Machinery.Values;

/// <summary>A time span as tables show ages: two units at most, and fewer digits the longer it is (apimachinery: pkg/util/duration).</summary>
public static class HumanDuration
{
    /// <summary>"7s", "3m5s", "2h10m", "4d3h", "2y35d"; <c>&lt;invalid&gt;</c> where it lies in the future by more than a second.</summary>
    public static string Of(TimeSpan span)
    {
        var seconds = (long)Math.Floor(span.TotalSeconds);
        var minutes = seconds / 60;
        var hours = seconds / 3600;
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 120 => Text($"{seconds}s"),
            < 600 => Pair(minutes, 'm', seconds % 60, 's'),
            < 3 * 3600 => Text($"{minutes}m"),
            < 8 * 3600 => Pair(hours, 'h', minutes % 60, 'm'),
            < 48 * 3600 => Text($"{hours}h"),
            < 8 * 24 * 3600 => Pair(hours / 24, 'd', hours % 24, 'h'),
            < 2 * 365 * 24 * 3600L => Text($"{hours / 24}d"),
            < 8 * 365 * 24 * 3600L => Pair(hours / 24 / 365, 'y', hours / 24 % 365, 'd'),
            _ => Text($"{hours / 24 / 365}y"),
        };
    }

    private static string Pair(long first, char firstUnit, long second, char secondUnit) =>
        second == 0 ? Text($"{first}{firstUnit}") : Text($"{first}{firstUnit}{second}{secondUnit}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
