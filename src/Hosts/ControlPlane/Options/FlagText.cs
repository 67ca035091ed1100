using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ControlPlane;

/// <summary>Values of flags as they are typed and as upstream shows them.</summary>
internal static class FlagText
{
    public static string Of(string value) => value;

    public static string Of(bool value) => value ? "true" : "false";

    public static string Of(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(double value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(ImmutableArray<string> values) => string.Join(',', values);

    /// <summary>Go's form: 1h0m0s, 50s, 250ms.</summary>
    public static string Of(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
            return "0s";
        var text = new StringBuilder();
        if (value < TimeSpan.Zero)
            (value, text) = (value.Negate(), text.Append('-'));
        if (value < TimeSpan.FromSeconds(1))
            return text.Append(value.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)).Append("ms").ToString();
        if (value.TotalHours >= 1)
            text.Append((long)value.TotalHours).Append('h');
        if (value.TotalMinutes >= 1)
            text.Append(value.Minutes).Append('m');
        return text.Append(((value.Ticks % TimeSpan.TicksPerMinute) / (double)TimeSpan.TicksPerSecond).ToString(CultureInfo.InvariantCulture)).Append('s').ToString();
    }
}
