using ControlPlane.Node.Runtime.Cri.Protocol;

namespace ControlPlane.Node.Runtime.Cri;

/// <content>What containers and sandboxes use.</content>
internal sealed partial class CriRuntime
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerUsage>> ListContainerUsageAsync(ContainerFilter filter, CancellationToken cancel)
    {
        var message = new ContainerStatsFilter { Id = filter.Id?.Value ?? "", PodSandboxId = filter.Sandbox?.Value ?? "" };
        CriValues.Copy(filter.Labels, message.LabelSelector);
        var answer = await CallAsync(_runtime.ListContainerStatsAsync, new ListContainerStatsRequest { Filter = message }, _limits.Request, cancel);
        return [.. answer.Stats.Select(UsageMessages.FromMessage)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SandboxUsage>> ListSandboxUsageAsync(SandboxFilter filter, CancellationToken cancel)
    {
        var message = new PodSandboxStatsFilter { Id = filter.Id?.Value ?? "" };
        CriValues.Copy(filter.Labels, message.LabelSelector);
        var answer = await CallAsync(_runtime.ListPodSandboxStatsAsync, new ListPodSandboxStatsRequest { Filter = message }, _limits.Request, cancel);
        return [.. answer.Stats.Select(UsageMessages.FromMessage)];
    }
}
