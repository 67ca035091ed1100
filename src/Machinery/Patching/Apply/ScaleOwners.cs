using System.Collections.Frozen;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Translates owners between an object and its scale subresource: who owns the object's replicas owns the Scale's spec.replicas.</summary>
/// <param name="apiVersion">The object's version at this endpoint.</param>
/// <param name="replicasPaths">By version: where replicas stand in the object (of apps/v1: .spec.replicas).</param>
public sealed class ScaleOwners(string apiVersion, FrozenDictionary<string, FieldPath> replicasPaths)
{
    // What a Scale's fields are owned at; upstream's scale handler always speaks of this version.
    private const string ScaleVersion = "autoscaling/v1";
    private const string ScaleSubresource = "scale";

    private static readonly FieldSet ScaleReplicas = FieldSet.Of(FieldPath.Of("spec", "replicas"));

    /// <summary>The owners of the Scale: those that own the object's replicas.</summary>
    public ManagedFields ToScale(ManagedFields owners) => ManagedFields.Of(owners
        .Where(owner => replicasPaths.TryGetValue(owner.ApiVersion, out var path) && owner.Fields.Has(path))
        .Select(static owner => owner with { ApiVersion = ScaleVersion, Fields = ScaleReplicas }));

    /// <summary>The owners of the object after the Scale was written: replicas belong to those that own them there, and nothing else changes.</summary>
    public ManagedFields ToObject(ManagedFields owners, ManagedFields scaleOwners)
    {
        var merged = new List<FieldOwner>(owners.Count + 1);
        var matched = new HashSet<FieldOwner>(ReferenceEqualityComparer.Instance);
        foreach (var owner in owners)
        {
            if (!replicasPaths.TryGetValue(owner.ApiVersion, out var path) || !owner.Fields.Has(path))
            {
                merged.Add(owner);
                continue;
            }

            if (scaleOwners.FirstOrDefault(scale => IsSame(owner, scale)) is { } kept)
            {
                matched.Add(kept);
                merged.Add(owner with { Time = kept.Time });
            }
            else if (owner.Fields.Difference(FieldSet.Of(path)) is { IsEmpty: false } rest)
            {
                merged.Add(owner with { Fields = rest });
            }
        }

        if (replicasPaths.TryGetValue(apiVersion, out var replicas))
            merged.AddRange(scaleOwners.Where(scale => !matched.Contains(scale)).Select(scale => AtObject(scale, FieldSet.Of(replicas))));
        return ManagedFields.Of(merged);
    }

    private static bool IsSame(FieldOwner owner, FieldOwner scale) =>
        owner.Manager == scale.Manager && owner.Operation == scale.Operation && owner.Subresource == scale.Subresource;

    private FieldOwner AtObject(FieldOwner scale, FieldSet replicas) =>
        scale with { ApiVersion = apiVersion, Subresource = ScaleSubresource, Fields = replicas };
}
