using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>A Deployment and its ReplicaSets as one reconciliation sees them.</summary>
/// <param name="Deployment">What is wished for.</param>
/// <param name="New">The ReplicaSet of the present template; null where there is none yet.</param>
/// <param name="Old">All others.</param>
internal sealed record Rollout(Deployment Deployment, ReplicaSet? New, IReadOnlyList<ReplicaSet> Old)
{
    /// <summary>All of them.</summary>
    public IEnumerable<ReplicaSet> All => New is null ? Old : Old.Append(New);

    /// <summary>Those that should have pods.</summary>
    public IEnumerable<ReplicaSet> Active => All.Where(static replicaSet => replicaSet.Size > 0);

    /// <summary>Pods that all of them together should have.</summary>
    public int TotalSize => All.Sum(static replicaSet => replicaSet.Size);

    /// <summary>Splits them: the oldest with the present template is the new one.</summary>
    public static Rollout Of(Deployment deployment, IEnumerable<ReplicaSet> replicaSets)
    {
        var all = replicaSets.ToList();
        var newest = ByAge(all).FirstOrDefault(replicaSet => TemplateHash.AreEqual(replicaSet.Spec.Template, deployment.Spec.Template));
        return new(deployment, newest, [.. all.Where(replicaSet => replicaSet != newest)]);
    }

    /// <summary>The oldest first; of one age by name.</summary>
    public static IEnumerable<ReplicaSet> ByAge(IEnumerable<ReplicaSet> replicaSets) => replicaSets
        .OrderBy(static replicaSet => replicaSet.Metadata.CreationTimestamp)
        .ThenBy(static replicaSet => replicaSet.Metadata.Name, StringComparer.Ordinal);
}

/// <summary>A ReplicaSet and the size it is to have.</summary>
internal readonly record struct Sizing(ReplicaSet ReplicaSet, int Size);
