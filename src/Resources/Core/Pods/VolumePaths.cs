using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Files that one volume puts at the same path twice: the later one hides the earlier.</summary>
internal static class VolumePaths
{
    internal static IEnumerable<string> Overlaps(Volume volume) => volume switch
    {
        { ConfigMap: { } map } => Overlaps(volume, $"ConfigMap \"{map.Name}\"", map.Items.Select(item => (item.Path, ""))),
        { Secret: { } secret } => Overlaps(volume, $"Secret \"{secret.SecretName}\"", secret.Items.Select(item => (item.Path, ""))),
        { DownwardAPI: { } downward } => Overlaps(volume, "DownwardAPI", downward.Items.Select(item => (item.Path, ""))),
        { Projected: { } projected } => Overlaps(volume, "Projected", projected.Sources.SelectMany(Paths)),
        _ => [],
    };

    private static IEnumerable<(string Path, string Source)> Paths(VolumeProjection source) => source switch
    {
        { Secret: { } secret } => secret.Items.Select(item => (item.Path, $" (Secret \"{secret.Name}\")")),
        { ConfigMap: { } map } => map.Items.Select(item => (item.Path, $" (ConfigMap \"{map.Name}\")")),
        { DownwardAPI: { } downward } => downward.Items.Select(item => (item.Path, " (DownwardAPI)")),
        { ServiceAccountToken: { } token } => [(token.Path, " (ServiceAccountToken)")],
        { ClusterTrustBundle: { } bundle } => [(bundle.Path, " (ClusterTrustBundle)")],
        _ => [],
    };

    private static IEnumerable<string> Overlaps(Volume volume, string kind, IEnumerable<(string Path, string Source)> paths)
    {
        var known = new List<(string Path, string Source)>();
        foreach (var one in paths)
        {
            foreach (var other in known.Where(other => Meet(one.Path, other.Path)))
                yield return $"volume \"{volume.Name}\" ({kind}): overlapping paths: \"{one.Path}\"{one.Source} with \"{other.Path}\"{other.Source}";
            known.Add(one);
        }
    }

    private static bool Meet(string path, string other) =>
        path == other || IsBelow(path, other) || IsBelow(other, path);

    // Every pod with a token has such a pair: nothing is allocated to find that they do not meet.
    private static bool IsBelow(string path, string directory) =>
        path.Length > directory.Length && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal);
}
