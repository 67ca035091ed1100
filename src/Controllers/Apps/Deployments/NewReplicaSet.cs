using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Apps.Deployments;

/// <summary>Finds or makes the ReplicaSet of a Deployment's present template, and keeps revisions (deployment/sync.go: getNewReplicaSet).</summary>
internal sealed class NewReplicaSet(IApiClient api, EventRecorder events, TimeProvider clock)
{
    /// <summary>The rollout with its newest ReplicaSet in order; without one where it may not be created.</summary>
    public async Task<Rollout> EnsureAsync(Rollout rollout, bool mayCreate, CancellationToken cancel)
    {
        var revision = Revisions.Next(rollout.Old);
        if (rollout.New is { } existing)
            return await RefreshAsync(rollout, existing, revision, cancel);
        return mayCreate ? await CreateAsync(rollout, revision, cancel) : rollout;
    }

    private async Task<Rollout> RefreshAsync(Rollout rollout, ReplicaSet existing, long revision, CancellationToken cancel)
    {
        var deployment = rollout.Deployment;
        var wished = Revisions.AsNewest(existing, deployment, revision);
        if (wished.Spec.MinReadySeconds != deployment.Spec.MinReadySeconds)
            wished = wished with { Spec = wished.Spec with { MinReadySeconds = deployment.Spec.MinReadySeconds } };
        var newest = wished == existing ? existing : await api.UpdateAsync(wished, cancel);
        deployment = await WithRevisionAsync(deployment, newest, cancel);
        if (deployment.HasProgressDeadline && deployment.Condition(Conditions.Progressing) is null)
            deployment = await NoteAsync(deployment, "True", "FoundNewReplicaSet", $"Found new replica set \"{newest.Metadata.Name}\"", cancel);
        return rollout with { Deployment = deployment, New = newest };
    }

    private async Task<Rollout> CreateAsync(Rollout rollout, long revision, CancellationToken cancel)
    {
        var deployment = rollout.Deployment;
        var wished = Revisions.WithSizes(Revisions.AsNewest(Draft(deployment), deployment, revision), deployment);
        wished = wished.Sized(RollingUpdate.SizeOfNew(rollout with { New = wished }));
        var created = await CreateAsync(deployment, wished, cancel);
        if (wished.Size > 0)
            events.Record(deployment, EventKind.Normal, "ScalingReplicaSet", $"Scaled up replica set {created.Metadata.Name} from 0 to {wished.Size}");
        deployment = await WithRevisionAsync(deployment, created, cancel);
        if (deployment.HasProgressDeadline)
            deployment = await NoteAsync(deployment, "True", "NewReplicaSetCreated", $"Created new replica set \"{created.Metadata.Name}\"", cancel);
        return rollout with { Deployment = deployment, New = created };
    }

    private static ReplicaSet Draft(Deployment deployment)
    {
        var hash = TemplateHash.Of(deployment.Spec.Template, deployment.Status.CollisionCount);
        var template = deployment.Spec.Template;
        var labels = template.Metadata.Labels.With(TemplateHash.Label, hash);
        var selector = deployment.Spec.Selector ?? LabelSelector.Empty;
        return new ReplicaSet
        {
            Metadata = new ObjectMeta
            {
                Name = $"{deployment.Metadata.Name}-{hash}",
                Namespace = deployment.Metadata.Namespace,
                Labels = labels,
                OwnerReferences = [deployment.ToControllerReference()],
            },
            Spec = new ReplicaSetSpec
            {
                Replicas = 0,
                MinReadySeconds = deployment.Spec.MinReadySeconds,
                Selector = selector with { MatchLabels = selector.MatchLabels.With(TemplateHash.Label, hash) },
                Template = template with { Metadata = template.Metadata with { Labels = labels } },
            },
        };
    }

    private async Task<ReplicaSet> CreateAsync(Deployment deployment, ReplicaSet wished, CancellationToken cancel)
    {
        try
        {
            return await api.CreateAsync(wished, cancel);
        }
        catch (ApiException exists) when (exists.Reason == "AlreadyExists")
        {
            // The cache may not have it yet; or another template has the same hash.
            var existing = await api.GetAsync<ReplicaSet>(wished.Key, cancel);
            if (existing.IsControlledBy(deployment) && TemplateHash.AreEqual(existing.Spec.Template, deployment.Spec.Template))
                return existing;
            await NoteCollisionAsync(deployment, cancel);
            throw;
        }
        catch (ApiException refused)
        {
            var message = $"Failed to create new replica set \"{wished.Metadata.Name}\": {refused.Message}";
            if (deployment.HasProgressDeadline)
                await NoteAsync(deployment, "False", "ReplicaSetCreateError", message, cancel);
            events.Record(deployment, EventKind.Warning, "ReplicaSetCreateError", message);
            throw;
        }
    }

    private async Task NoteCollisionAsync(Deployment deployment, CancellationToken cancel)
    {
        var status = deployment.Status with { CollisionCount = (deployment.Status.CollisionCount ?? 0) + 1 };
        await api.UpdateStatusAsync(deployment with { Status = status }, cancel);
    }

    private async Task<Deployment> WithRevisionAsync(Deployment deployment, ReplicaSet newest, CancellationToken cancel)
    {
        var wished = Revisions.WithRevision(deployment, newest);
        // By way of the status: written as the object itself, the annotation would count as a new generation.
        return ReferenceEquals(wished, deployment) ? deployment : await api.UpdateStatusAsync(wished, cancel);
    }

    private async Task<Deployment> NoteAsync(Deployment deployment, string value, string reason, string message, CancellationToken cancel)
    {
        var status = deployment.Status.With(Conditions.Progressing, value, reason, message, clock.GetUtcNow());
        return status == deployment.Status ? deployment : await api.UpdateStatusAsync(deployment with { Status = status }, cancel);
    }
}
