using System.Collections.Immutable;

namespace ControlPlane;

/// <summary>How much controllers do at once. Names and defaults are kube-controller-manager's.</summary>
internal sealed partial record WorkerOptions
{
    public const string Title = "How much controllers do at once";

    [Flag("--concurrent-deployment-syncs", "Deployments at once.", Least = 1)]
    public int Deployments { get; init; } = 5;

    [Flag("--concurrent-replicaset-syncs", "ReplicaSets at once.", Least = 1)]
    public int ReplicaSets { get; init; } = 5;

    [Flag("--concurrent-endpoint-syncs", "Services at once whose Endpoints are written.", Least = 1)]
    public int Endpoints { get; init; } = 5;

    [Flag("--concurrent-service-endpoint-syncs", "Services at once whose EndpointSlices are written.", Least = 1)]
    public int EndpointSlices { get; init; } = 5;

    [Flag("--concurrent-gc-syncs", "Objects at once that are collected as garbage.", Least = 1)]
    public int Garbage { get; init; } = 20;

    [Flag("--concurrent-namespace-syncs", "Namespaces at once that are emptied.", Least = 1)]
    public int Namespaces { get; init; } = 10;

    [Flag("--concurrent-ttl-after-finished-syncs", "Finished Jobs at once that are removed.", Least = 1)]
    public int FinishedJobs { get; init; } = 5;

    /// <summary>The same by the controllers' names.</summary>
    public ImmutableDictionary<string, int> ByController() => ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("deployment-controller", Deployments),
        KeyValuePair.Create("replicaset-controller", ReplicaSets),
        KeyValuePair.Create("endpoints-controller", Endpoints),
        KeyValuePair.Create("endpointslice-controller", EndpointSlices),
        KeyValuePair.Create("garbage-collector-controller", Garbage),
        KeyValuePair.Create("namespace-controller", Namespaces),
        KeyValuePair.Create("ttl-after-finished-controller", FinishedJobs),
    ]);
}
