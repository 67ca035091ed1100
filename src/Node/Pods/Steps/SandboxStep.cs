using ControlPlane.Client.Events;
using ControlPlane.Node.Pods.Containers;
using ControlPlane.Node.Runtime;

namespace ControlPlane.Node.Pods.Steps;

/// <summary>The pod's sandbox: its namespaces and network. One that died is replaced, and all that ran in it starts anew.</summary>
internal sealed class SandboxStep : IPodStep
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10); // kubelet: backOffPeriod of its pod workers

    /// <inheritdoc/>
    public async Task<StepOutcome> SetUpAsync(PodContext pod, CancellationToken cancel)
    {
        if (pod.Runtime.ReadySandbox is not null)
            return StepOutcome.Done;
        await ClearAsync(pod, cancel);
        var attempt = pod.Runtime.Sandboxes is [var newest, ..] ? newest.Identity.Attempt + 1 : 0;
        var result = await pod.Node.Runtime.RunSandboxAsync(SandboxSpecs.Of(pod.Pod, pod.Node, attempt), cancel);
        if (result is RunSandboxResult.Failed failed)
        {
            pod.Node.Events.Record(pod.Pod, EventKind.Warning, "FailedCreatePodSandBox", $"Failed to create pod sandbox: {failed.Message}");
            pod.ComeBackIn(Retry);
            return StepOutcome.NotYet;
        }
        await pod.RefreshAsync(cancel);
        return StepOutcome.Done;
    }

    /// <inheritdoc/>
    public async Task TearDownAsync(PodContext pod, CancellationToken cancel)
    {
        foreach (var sandbox in pod.Runtime.Sandboxes)
            await pod.Node.Runtime.StopSandboxAsync(sandbox.Id, cancel);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(PodContext pod, CancellationToken cancel)
    {
        foreach (var sandbox in pod.Runtime.Sandboxes)
            await pod.Node.Runtime.RemoveSandboxAsync(sandbox.Id, cancel);
    }

    /// <summary>Ends what is left of earlier sandboxes; the newest is kept, since it holds the last containers' statuses and logs.</summary>
    private static async Task ClearAsync(PodContext pod, CancellationToken cancel)
    {
        if (pod.Runtime.Sandboxes.Count == 0)
            return;
        pod.Node.Events.Record(pod.Pod, EventKind.Normal, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        foreach (var (index, sandbox) in pod.Runtime.Sandboxes.Index())
        {
            await pod.Node.Runtime.StopSandboxAsync(sandbox.Id, cancel);
            if (index > 0)
                await pod.Node.Runtime.RemoveSandboxAsync(sandbox.Id, cancel);
        }
        await pod.RefreshAsync(cancel);
    }
}
