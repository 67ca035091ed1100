using System.Globalization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>The annotations by which Deployments and ReplicaSets remember revisions and sizes.</summary>
internal static class Revisions
{
    private const string Revision = "deployment.kubernetes.io/revision";
    private const string History = "deployment.kubernetes.io/revision-history";
    private const string DesiredReplicas = "deployment.kubernetes.io/desired-replicas";
    private const string MaxReplicas = "deployment.kubernetes.io/max-replicas";
    private const int MaxHistoryLength = 2000; // deployment/sync.go: maxRevHistoryLengthInChars

    private static readonly string[] NotCopied =
    [
        "kubectl.kubernetes.io/last-applied-configuration", Revision, History, DesiredReplicas, MaxReplicas, "deprecated.deployment.rollback.to",
    ];

    /// <summary>The revision that a ReplicaSet stands for; 0 where it says none.</summary>
    public static long Of(ReplicaSet replicaSet) => Number(replicaSet.Metadata.Annotations, Revision) ?? 0;

    /// <summary>The size of the Deployment when this was last sized.</summary>
    public static int? Desired(ReplicaSet replicaSet) => (int?)Number(replicaSet.Metadata.Annotations, DesiredReplicas);

    /// <summary>The size of the Deployment with surge when this was last sized.</summary>
    public static int? Most(ReplicaSet replicaSet) => (int?)Number(replicaSet.Metadata.Annotations, MaxReplicas);

    /// <summary>The revision that follows all of those.</summary>
    public static long Next(IEnumerable<ReplicaSet> replicaSets) => replicaSets.Select(Of).DefaultIfEmpty(0).Max() + 1;

    /// <summary>The ReplicaSet as the newest one: with the Deployment's annotations and that revision, those it had before kept in its history.</summary>
    public static ReplicaSet AsNewest(ReplicaSet replicaSet, Deployment deployment, long revision)
    {
        var annotations = Copied(replicaSet.Metadata.Annotations, deployment.Metadata.Annotations);
        var before = Number(annotations, Revision) ?? 0;
        if (before < revision)
        {
            if (before > 0)
                annotations = annotations.With(History, Appended(annotations.Find(History), annotations[Revision]));
            annotations = annotations.With(Revision, revision.ToString(CultureInfo.InvariantCulture));
        }
        return With(replicaSet, annotations);
    }

    /// <summary>The ReplicaSet with the Deployment's present sizes written down.</summary>
    public static ReplicaSet WithSizes(ReplicaSet replicaSet, Deployment deployment)
    {
        var most = deployment.Replicas + Fenceposts.Of(deployment).MaxSurge;
        return With(replicaSet, replicaSet.Metadata.Annotations
            .With(DesiredReplicas, deployment.Replicas.ToString(CultureInfo.InvariantCulture))
            .With(MaxReplicas, most.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The Deployment with the revision of its newest ReplicaSet.</summary>
    public static Deployment WithRevision(Deployment deployment, ReplicaSet newest)
    {
        var revision = newest.Metadata.Annotations.Find(Revision) ?? "";
        return deployment.Metadata.Annotations.Find(Revision) == revision
            ? deployment
            : deployment with { Metadata = deployment.Metadata with { Annotations = deployment.Metadata.Annotations.With(Revision, revision) } };
    }

    private static ValueMap<string> Copied(ValueMap<string> own, ValueMap<string> deployments) =>
        own.WithAll(deployments.Where(static annotation => !NotCopied.Contains(annotation.Key)));

    private static string Appended(string? history, string revision)
    {
        if (string.IsNullOrEmpty(history))
            return revision;
        // The oldest are forgotten first.
        while (history.Length + 1 + revision.Length > MaxHistoryLength && history.IndexOf(',', StringComparison.Ordinal) is >= 0 and var comma)
            history = history[(comma + 1)..];
        return $"{history},{revision}";
    }

    private static ReplicaSet With(ReplicaSet replicaSet, ValueMap<string> annotations) =>
        annotations == replicaSet.Metadata.Annotations
            ? replicaSet
            : replicaSet with { Metadata = replicaSet.Metadata with { Annotations = annotations } };

    private static long? Number(ValueMap<string> annotations, string name) =>
        long.TryParse(annotations.Find(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
