using System.Runtime.CompilerServices;
using ControlPlane.Node.Runtime.Cri.Containerd;
using ControlPlane.Node.Runtime.Cri.Protocol;
using Grpc.Core;

namespace ControlPlane.Node.Runtime.Cri;

/// <content>What happens: by containerd's own event stream, which every version has; by CRI's for other runtimes.</content>
internal sealed partial class CriRuntime
{
    private static readonly TimeSpan SettlingPause = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc/>
    public async IAsyncEnumerable<LifecycleEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var version = await GetVersionAsync(cancel);
        var changes = version.Name == "containerd" ? new ContainerdEvents(_channel).WatchAsync(cancel) : WatchCriAsync(cancel);
        await foreach (var change in changes)
        {
            if (change.Kind == LifecycleEventKind.Exited)
                await SettleAsync(change.Id, cancel);
            yield return change;
        }
    }

    private async IAsyncEnumerable<LifecycleEvent> WatchCriAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var call = _runtime.GetContainerEvents(new GetEventsRequest(), cancellationToken: cancel);
        while (await MoveNextAsync(call.ResponseStream, cancel))
        {
            var change = call.ResponseStream.Current;
            if (change.ContainerEventType == ContainerEventType.ContainerStartedEvent)
                yield return new LifecycleEvent(LifecycleEventKind.Started, change.ContainerId);
            if (change.ContainerEventType == ContainerEventType.ContainerStoppedEvent)
                yield return new LifecycleEvent(LifecycleEventKind.Exited, change.ContainerId);
        }
        throw new RuntimeException(RuntimeFailure.Unavailable, "the container runtime ended its event stream");
    }

    private static async Task<bool> MoveNextAsync(IAsyncStreamReader<ContainerEventResponse> stream, CancellationToken cancel)
    {
        try
        {
            return await stream.MoveNext(cancel);
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <summary>
    /// containerd tells all listeners of an exit at once, and its CRI service is one of them: wait until what it tells agrees, so that whoever hears of
    /// the exit
    /// can rely on inspecting.
    /// </summary>
    private async Task SettleAsync(string id, CancellationToken cancel)
    {
        var until = _clock.GetUtcNow() + _limits.ExitSettles;
        while (await SeemsToRunAsync(id, cancel) && _clock.GetUtcNow() < until)
            await Task.Delay(SettlingPause, _clock, cancel);
    }

    private async Task<bool> SeemsToRunAsync(string id, CancellationToken cancel) =>
        await InspectContainerAsync(new ContainerId(id), cancel) is { } container
            ? container.State == ContainerState.Running
            : await InspectSandboxAsync(new SandboxId(id), cancel) is { State: SandboxState.Ready };
}
