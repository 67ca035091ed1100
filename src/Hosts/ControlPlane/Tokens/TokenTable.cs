using System.Globalization;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;

namespace ControlPlane.Tokens;

/// <summary>Tokens as kubeadm lists them.</summary>
internal static class TokenTable
{
    private const int Gap = 3; // kubeadm: the padding of its table writer

    /// <summary>The lines of the table; none where there are no tokens.</summary>
    public static IEnumerable<string> Lines(IEnumerable<Secret> secrets, DateTimeOffset now)
    {
        var rows = secrets.OrderBy(static secret => secret.Metadata.Name, StringComparer.Ordinal).Select(secret => Row(secret, now)).ToList();
        if (rows.Count == 0)
            yield break;
        rows.Insert(0, ["TOKEN", "TTL", "EXPIRES", "USAGES", "DESCRIPTION", "EXTRA GROUPS"]);
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length) + Gap).ToArray();
        foreach (var row in rows)
            yield return string.Concat(row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column])));
    }

    private static string[] Row(Secret secret, DateTimeOffset now) =>
    [
        secret.BootstrapToken!.Value.ToText(),
        secret.TokenExpiry is { } end ? Short(end - now) : "<forever>",
        secret.TokenExpiry is { } expires ? expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "<never>",
        OrNone(string.Join(',', secret.TokenUsages.Order(StringComparer.Ordinal))),
        OrNone(secret.Description),
        OrNone(secret.ExtraGroups),
    ];

    private static string OrNone(string text) => text.Length == 0 ? "<none>" : text;

    // apimachinery: duration.ShortHumanDuration
    private static string Short(TimeSpan left)
    {
        FormattableString text = left.TotalSeconds switch
        {
            < -1 => $"<invalid>",
            < 0 => $"0s",
            < 60 => $"{(int)left.TotalSeconds}s",
            < 3600 => $"{(int)left.TotalMinutes}m",
            < 24 * 3600 => $"{(int)left.TotalHours}h",
            < 365 * 24 * 3600 => $"{(int)left.TotalDays}d",
            _ => $"{(int)(left.TotalDays / 365)}y",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
