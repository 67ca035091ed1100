using ControlPlane.Node.Runtime.Cri.Protocol;
using Grpc.Core;

namespace ControlPlane.Node.Runtime.Cri;

/// <content>Sandboxes.</content>
internal sealed partial class CriRuntime
{
    /// <inheritdoc/>
    public async Task<RunSandboxResult> RunSandboxAsync(SandboxSpec spec, CancellationToken cancel)
    {
        var request = new RunPodSandboxRequest { Config = SandboxMessages.ToMessage(spec), RuntimeHandler = spec.RuntimeHandler };
        try
        {
            var answer = await SendAsync(_runtime.RunPodSandboxAsync, request, _limits.RunSandbox, cancel);
            return new RunSandboxResult.Running(new SandboxId(answer.PodSandboxId));
        }
        catch (RpcException error) when (CriErrors.IsRefusal(error))
        {
            return new RunSandboxResult.Failed(CriErrors.Describe(error));
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <inheritdoc/>
    public Task StopSandboxAsync(SandboxId id, CancellationToken cancel) =>
        UnlessGoneAsync(_runtime.StopPodSandboxAsync, new StopPodSandboxRequest { PodSandboxId = id.Value }, _limits.Request, cancel);

    /// <inheritdoc/>
    public Task RemoveSandboxAsync(SandboxId id, CancellationToken cancel) =>
        UnlessGoneAsync(_runtime.RemovePodSandboxAsync, new RemovePodSandboxRequest { PodSandboxId = id.Value }, _limits.Request, cancel);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Sandbox>> ListSandboxesAsync(SandboxFilter filter, CancellationToken cancel)
    {
        var request = new ListPodSandboxRequest { Filter = SandboxMessages.ToMessage(filter) };
        var answer = await CallAsync(_runtime.ListPodSandboxAsync, request, _limits.Request, cancel);
        return [.. answer.Items.Select(SandboxMessages.FromMessage).OrderByDescending(sandbox => sandbox.CreatedAt)];
    }

    /// <inheritdoc/>
    public async Task<SandboxStatus?> InspectSandboxAsync(SandboxId id, CancellationToken cancel)
    {
        var answer = await UnlessGoneAsync(_runtime.PodSandboxStatusAsync, new PodSandboxStatusRequest { PodSandboxId = id.Value }, _limits.Request, cancel);
        return answer is null ? null : SandboxMessages.FromMessage(answer.Status);
    }

    /// <summary>One call; null when what it is about isn't there.</summary>
    private async Task<TAnswer?> UnlessGoneAsync<TRequest, TAnswer>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TAnswer>> call, TRequest request, TimeSpan limit, CancellationToken cancel) where TAnswer : class
    {
        try
        {
            return await SendAsync(call, request, limit, cancel);
        }
        catch (RpcException error) when (CriErrors.IsNotFound(error))
        {
            return null;
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }
}
