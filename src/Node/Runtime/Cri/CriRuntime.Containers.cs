using ControlPlane.Node.Runtime.Cri.Protocol;
using Grpc.Core;

namespace ControlPlane.Node.Runtime.Cri;

/// <content>Containers.</content>
internal sealed partial class CriRuntime
{
    /// <inheritdoc/>
    public async Task<CreateContainerResult> CreateContainerAsync(SandboxId sandbox, ContainerSpec spec, SandboxSpec sandboxSpec, CancellationToken cancel)
    {
        var request = new CreateContainerRequest
        {
            PodSandboxId = sandbox.Value,
            Config = ContainerMessages.ToMessage(spec),
            SandboxConfig = SandboxMessages.ToMessage(sandboxSpec),
        };
        try
        {
            var answer = await SendAsync(_runtime.CreateContainerAsync, request, _limits.Request, cancel);
            return new CreateContainerResult.Created(new ContainerId(answer.ContainerId));
        }
        catch (RpcException error) when (CriErrors.IsRefusal(error))
        {
            return await WhyNotCreatedAsync(sandbox, spec, CriErrors.Describe(error), cancel);
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <inheritdoc/>
    public async Task<StartContainerResult> StartContainerAsync(ContainerId id, CancellationToken cancel)
    {
        try
        {
            await SendAsync(_runtime.StartContainerAsync, new StartContainerRequest { ContainerId = id.Value }, _limits.Request, cancel);
            return new StartContainerResult.Started();
        }
        catch (RpcException error) when (CriErrors.IsRefusal(error))
        {
            // "not found" is also what a missing program is called: only the container's absence is NotFound.
            return await InspectContainerAsync(id, cancel) is null
                ? new StartContainerResult.NotFound()
                : new StartContainerResult.Failed(CriErrors.Describe(error));
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <inheritdoc/>
    public Task StopContainerAsync(ContainerId id, TimeSpan grace, CancellationToken cancel)
    {
        var request = new StopContainerRequest { ContainerId = id.Value, Timeout = WholeSeconds(grace) };
        return UnlessGoneAsync(_runtime.StopContainerAsync, request, _limits.Request + grace, cancel);
    }

    /// <inheritdoc/>
    public Task RemoveContainerAsync(ContainerId id, CancellationToken cancel) =>
        UnlessGoneAsync(_runtime.RemoveContainerAsync, new RemoveContainerRequest { ContainerId = id.Value }, _limits.Request, cancel);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Container>> ListContainersAsync(ContainerFilter filter, CancellationToken cancel)
    {
        var request = new ListContainersRequest { Filter = ContainerMessages.ToMessage(filter) };
        var answer = await CallAsync(_runtime.ListContainersAsync, request, _limits.Request, cancel);
        return [.. answer.Containers.Select(ContainerMessages.FromMessage).OrderByDescending(container => container.CreatedAt)];
    }

    /// <inheritdoc/>
    public async Task<ContainerStatus?> InspectContainerAsync(ContainerId id, CancellationToken cancel)
    {
        var answer = await UnlessGoneAsync(_runtime.ContainerStatusAsync, new ContainerStatusRequest { ContainerId = id.Value }, _limits.Request, cancel);
        return answer is null ? null : ContainerMessages.FromMessage(answer.Status);
    }

    /// <inheritdoc/>
    public async Task<bool> UpdateContainerResourcesAsync(ContainerId id, ContainerResources resources, CancellationToken cancel)
    {
        var request = new UpdateContainerResourcesRequest { ContainerId = id.Value, Linux = ResourceMessages.ToMessage(resources) };
        return await UnlessGoneAsync(_runtime.UpdateContainerResourcesAsync, request, _limits.Request, cancel) is not null;
    }

    /// <inheritdoc/>
    public async Task<bool> ReopenContainerLogAsync(ContainerId id, CancellationToken cancel)
    {
        try
        {
            await SendAsync(_runtime.ReopenContainerLogAsync, new ReopenContainerLogRequest { ContainerId = id.Value }, _limits.Request, cancel);
            return true;
        }
        catch (RpcException error)
        {
            if (CriErrors.IsRefusal(error) && !RunsNow(await InspectContainerAsync(id, cancel)))
                return false;
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <summary>The texts of refused creations differ between runtimes: what is missing is asked for instead.</summary>
    private async Task<CreateContainerResult> WhyNotCreatedAsync(SandboxId sandbox, ContainerSpec spec, string message, CancellationToken cancel)
    {
        if (await InspectSandboxAsync(sandbox, cancel) is not { State: SandboxState.Ready })
            return new CreateContainerResult.SandboxNotFound(message);
        if (await FindImageAsync(spec.Image, cancel) is null)
            return new CreateContainerResult.ImageNotPresent(message);
        return new CreateContainerResult.Failed(message);
    }

    private static bool RunsNow(ContainerStatus? status) => status is { State: ContainerState.Running };

    // Rounded up, so that a grace of half a second is not none.
    private static long WholeSeconds(TimeSpan time) => (long)Math.Ceiling(Math.Max(0, time.TotalSeconds));
}
