using ControlPlane.Node.Runtime.Cri.Containerd;
using ControlPlane.Node.Runtime.Cri.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>The container runtime behind a CRI v1 socket: containerd, or any other that speaks it.</summary>
/// <remarks>
/// It keeps nothing: what runs is the runtime's knowledge, so a new instance on the same socket sees what an earlier one made. One part a file:
/// sandboxes, containers, streams, images, usage, events.
/// </remarks>
internal sealed partial class CriRuntime : IContainerRuntime
{
    private readonly GrpcChannel _channel;
    private readonly RuntimeService.RuntimeServiceClient _runtime;
    private readonly ImageService.ImageServiceClient _images;
    private readonly CriLimits _limits;
    private readonly TimeProvider _clock;

    /// <summary>Speaks to <paramref name="endpoint"/>; connects at the first call.</summary>
    /// <exception cref="ArgumentException">The endpoint is no Unix socket.</exception>
    public CriRuntime(string endpoint, CriLimits limits, TimeProvider clock)
    {
        Endpoint = endpoint;
        _limits = limits;
        _clock = clock;
        _channel = CriChannel.Open(endpoint, limits);
        _runtime = new RuntimeService.RuntimeServiceClient(_channel);
        _images = new ImageService.ImageServiceClient(_channel);
    }

    /// <summary>The socket as it was given.</summary>
    public string Endpoint { get; }

    /// <summary>containerd's own image store on the same socket; another runtime answers <see cref="RuntimeFailure.Unsupported"/> there.</summary>
    public ContainerdImages ContainerdImages => new(_channel, _limits, _clock);

    /// <inheritdoc/>
    public async Task<RuntimeVersion> GetVersionAsync(CancellationToken cancel)
    {
        var answer = await CallAsync(_runtime.VersionAsync, new VersionRequest { Version = "0.1.0" }, _limits.Request, cancel);
        return new RuntimeVersion(answer.RuntimeName, answer.RuntimeVersion, answer.RuntimeApiVersion);
    }

    /// <inheritdoc/>
    public async Task<Runtime.RuntimeStatus> GetStatusAsync(CancellationToken cancel)
    {
        var answer = await CallAsync(_runtime.StatusAsync, new StatusRequest(), _limits.Request, cancel);
        return new Runtime.RuntimeStatus
        {
            Conditions = [.. answer.Status.Conditions.Select(FromMessage)],
            Handlers = [.. answer.RuntimeHandlers.Select(FromMessage)],
            SupportsSupplementalGroupsPolicy = answer.Features?.SupplementalGroupsPolicy ?? false,
        };
    }

    /// <summary>The runtime's own account of itself (CRI Status, verbose): JSON texts by topic; containerd's "config" is its CRI configuration.</summary>
    public async Task<IReadOnlyDictionary<string, string>> GetDetailsAsync(CancellationToken cancel)
    {
        var answer = await CallAsync(_runtime.StatusAsync, new StatusRequest { Verbose = true }, _limits.Request, cancel);
        return new Dictionary<string, string>(answer.Info);
    }

    /// <inheritdoc/>
    public Task SetPodRangeAsync(string podCidr, CancellationToken cancel)
    {
        var config = new RuntimeConfig { NetworkConfig = new NetworkConfig { PodCidr = podCidr } };
        return CallAsync(_runtime.UpdateRuntimeConfigAsync, new UpdateRuntimeConfigRequest { RuntimeConfig = config }, _limits.Request, cancel);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Runtime.RuntimeCondition FromMessage(Protocol.RuntimeCondition condition) =>
        new(condition.Type, condition.Status, condition.Reason, condition.Message);

    private static Runtime.RuntimeHandler FromMessage(Protocol.RuntimeHandler handler) =>
        new(handler.Name, handler.Features?.RecursiveReadOnlyMounts ?? false, handler.Features?.UserNamespaces ?? false);

    /// <summary>One call within its limit; all that is no answer becomes <see cref="RuntimeException"/>.</summary>
    private async Task<TAnswer> CallAsync<TRequest, TAnswer>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TAnswer>> call, TRequest request, TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            return await SendAsync(call, request, limit, cancel);
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <summary>One call within its limit, for those who read results from the runtime's refusals.</summary>
    private async Task<TAnswer> SendAsync<TRequest, TAnswer>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TAnswer>> call, TRequest request, TimeSpan limit, CancellationToken cancel)
    {
        using var answer = call(request, new CallOptions(deadline: _clock.GetUtcNow().UtcDateTime + limit, cancellationToken: cancel));
        return await answer.ResponseAsync;
    }
}
