using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Operations;

/// <summary>Owners that stand twice in an object.</summary>
internal static class OwnerReferences
{
    /// <summary>The object with each owner once; says so in a warning (apiserver: dedupOwnerReferencesAndAddWarning).</summary>
    public static IApiObject Dedup(IApiObject value, Action<string> warn)
    {
        var owners = value.Metadata.OwnerReferences;
        if (owners.Count < 2)
            return value;
        var distinct = owners.Distinct().ToArray();
        if (distinct.Length == owners.Count)
            return value;
        var seen = new HashSet<OwnerReference>();
        var twice = owners.Where(owner => !seen.Add(owner)).Select(owner => owner.Uid).Distinct();
        warn($".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {string.Join(" ", twice)}");
        return value.WithMetadata(value.Metadata with { OwnerReferences = [.. distinct] });
    }
}
