using System.Globalization;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Operations;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Registry.Writes;
using ControlPlane.Types.Core;
using ControlPlane.Types.Policy;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>Deletes a pod if its disruption budget allows one more to be down (pkg/registry/core/pod/storage/eviction.go).</summary>
internal sealed class PodEviction(ResourceStore pods, ResourceStore budgets, TimeProvider time) : IComputedResource
{
    // eviction.go: MaxDisruptedPodSize
    private const int DisruptedPodsMax = 2000;
    private const int RetryAfterSeconds = 10;
    private const string Allowed = "DisruptionAllowed";

    /// <inheritdoc/>
    public GroupResource Resource => new("", "pods");

    /// <inheritdoc/>
    public string Subresource => "eviction";

    /// <inheritdoc/>
    public async ValueTask<IRuntimeObject> CreateAsync(Operation operation, IApiObject body, CancellationToken cancel)
    {
        var eviction = (Eviction)body;
        if (eviction.Metadata.Name != operation.Name)
            throw ApiError.BadRequest("name in URL does not match name in Eviction object");
        var options = eviction.DeleteOptions ?? new DeleteOptions();
        var isDryRun = operation.Parameters.DryRun || !options.DryRun.IsEmpty;
        var pod = (Pod)(await pods.GetAsync(operation.Key, "", cancel)).Record;
        if (!IsUndisturbed(pod) && Budget(pod) is { } budget)
            await TakeAsync(budget, pod, isDryRun, cancel);
        await pods.DeleteAsync(
            operation.Key,
            new DeleteRequest { Context = operation.Context(time.GetUtcNow()) with { Subresource = "" }, DryRun = isDryRun, Options = options with { Preconditions = Same(options, pod) } },
            cancel);
        return new Status { Status_ = "Success", Code = 201 };
    }

    // Pods that are down anyway cost no budget.
    private static bool IsUndisturbed(Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null || pod.Status.Phase is "Succeeded" or "Failed" or "Pending";

    // The pod that was looked at, and not its namesake.
    private static Preconditions Same(DeleteOptions options, Pod pod) => (options.Preconditions ?? new Preconditions()) with { Uid = options.Preconditions?.Uid ?? pod.Metadata.Uid };

    private PodDisruptionBudget? Budget(Pod pod)
    {
        var found = budgets.ListCached(pod.Metadata.Namespace)
            .Select(stored => (PodDisruptionBudget)stored.Record)
            .Where(budget => Selects(budget, pod))
            .ToArray();
        return found.Length <= 1
            ? found.FirstOrDefault()
            : throw new ApiException(ApiError.Failure(
                500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", null));
    }

    private static bool Selects(PodDisruptionBudget budget, Pod pod) =>
        budget.Spec.Selector is { } selector && Machinery.Selectors.LabelSelector.From(selector).Matches(pod.Metadata.Labels);

    private async ValueTask TakeAsync(PodDisruptionBudget budget, Pod pod, bool isDryRun, CancellationToken cancel)
    {
        if (IsUnhealthy(pod) && MayGoUnhealthy(budget))
            return;
        var now = time.GetUtcNow();
        await budgets.UpdateAsync(
            new ObjectKey(budget.Metadata.Namespace, budget.Metadata.Name),
            (current, _) => ValueTask.FromResult<IApiObject>(Taken((PodDisruptionBudget)current!.Record, pod, now)),
            new UpdateRequest { Context = new WriteContext(UserInfo.Loopback.Name, "", UserInfo.Loopback.Groups, UserInfo.Loopback.Extra, now, "status"), DryRun = isDryRun },
            cancel);
    }

    private static bool IsUnhealthy(Pod pod) => !pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });

    // An unhealthy pod may go if policy says always, or if the application is healthy enough without it.
    private static bool MayGoUnhealthy(PodDisruptionBudget budget) =>
        budget.Spec.UnhealthyPodEvictionPolicy == "AlwaysAllow"
        || (budget.Status.CurrentHealthy >= budget.Status.DesiredHealthy && budget.Status.DesiredHealthy > 0);

    private static PodDisruptionBudget Taken(PodDisruptionBudget budget, Pod pod, DateTimeOffset now)
    {
        var (name, status) = (budget.Metadata.Name, budget.Status);
        if (status.ObservedGeneration < budget.Metadata.Generation)
            throw Refused($"The disruption budget {name} is still being processed by the server.", RetryAfterSeconds);
        if (status.DisruptionsAllowed < 0)
            throw ApiError.Forbidden(new GroupResource("policy", "poddisruptionbudget"), name, "pdb disruptions allowed is negative");
        if (status.DisruptedPods.Count > DisruptedPodsMax)
            throw ApiError.Forbidden(new GroupResource("policy", "poddisruptionbudget"), name, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
        if (status.DisruptionsAllowed == 0)
        {
            var failed = status.Conditions.FirstOrDefault(condition => condition is { Type: Allowed, Status: "False", Reason: "SyncFailed" });
            throw Refused(failed is null
                ? string.Create(CultureInfo.InvariantCulture, $"The disruption budget {name} needs {status.DesiredHealthy} healthy pods and has {status.CurrentHealthy} currently")
                : $"The disruption budget {name} does not allow evicting pods currently because it failed sync: {failed.Message}");
        }

        return budget with
        {
            Status = status with
            {
                DisruptionsAllowed = status.DisruptionsAllowed - 1,
                Conditions = status.DisruptionsAllowed > 1 ? status.Conditions : WithoutMore(status, now),
                DisruptedPods = status.DisruptedPods.Append(KeyValuePair.Create(pod.Metadata.Name, Timestamp.From(now))).DistinctBy(pair => pair.Key).ToValueMap(),
            },
        };
    }

    // Says at once what the budget's controller would.
    private static ValueList<Condition> WithoutMore(PodDisruptionBudgetStatus status, DateTimeOffset now)
    {
        var before = status.Conditions.FirstOrDefault(condition => condition.Type == Allowed);
        return
        [
            .. status.Conditions.Where(condition => condition.Type != Allowed),
            new Condition
            {
                Type = Allowed,
                Status = "False",
                Reason = "InsufficientPods",
                ObservedGeneration = status.ObservedGeneration,
                LastTransitionTime = before is { Status: "False" } ? before.LastTransitionTime : Timestamp.From(now),
            },
        ];
    }

    private static ApiException Refused(string cause, int retryAfter = 0) => new(ApiError.Failure(
        429,
        "TooManyRequests",
        "Cannot evict pod as it would violate the pod's disruption budget.",
        new StatusDetails { RetryAfterSeconds = retryAfter, Causes = [new StatusCause { Reason = "DisruptionBudget", Message = cause }] }));
}
