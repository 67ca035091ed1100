using System.Globalization;
using System.Net;

namespace ControlPlane;

/// <summary>All that is wrong with what was typed, so that it is said at once and not one after the other.</summary>
internal sealed class OptionErrors
{
    private readonly List<string> _messages = [];

    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <summary>Something else is wrong.</summary>
    public void Add(string message) => _messages.Add(message);

    /// <summary>A value of a flag is wrong, as upstream's flags say it.</summary>
    public void Invalid(string flag, string value, string why) => Add($"invalid argument \"{value}\" for \"{flag}\" flag: {why}");

    /// <summary>A number must be within its bounds.</summary>
    public void Range(string flag, double value, double least, double most) => Range(flag, value.ToString(CultureInfo.InvariantCulture), value, least, most, bound => bound.ToString(CultureInfo.InvariantCulture));

    /// <summary>A duration must be within its bounds, which are seconds.</summary>
    public void Range(string flag, TimeSpan value, double least, double most) => Range(flag, FlagText.Of(value), value.TotalSeconds, least, most, bound => FlagText.Of(TimeSpan.FromSeconds(bound)));

    /// <summary>It must be an address, or nothing.</summary>
    public void Address(string flag, string value)
    {
        if (value.Length > 0 && !IPAddress.TryParse(value, out _))
            Invalid(flag, value, $"failed to parse IP: \"{value}\"");
    }

    /// <summary>It must be a network.</summary>
    public void Network(string flag, string value)
    {
        if (!IPNetwork.TryParse(value, out _))
            Invalid(flag, value, $"invalid CIDR address: {value}");
    }

    /// <summary>The file must be there, if one is named.</summary>
    public void File(string flag, string path)
    {
        if (path.Length > 0 && !System.IO.File.Exists(path))
            Add($"{flag}: open {path}: no such file or directory");
    }

    private void Range(string flag, string shown, double value, double least, double most, Func<double, string> text)
    {
        if (value >= least && value <= most)
            return;
        Add(double.IsPositiveInfinity(most)
            ? least == 0 ? $"{flag} can not be negative value" : $"{flag} {shown} must be at least {text(least)}"
            : $"{flag} {shown} must be between {text(least)} and {text(most)}, inclusive");
    }
}
