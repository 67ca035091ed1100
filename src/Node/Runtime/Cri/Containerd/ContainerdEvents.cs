using System.Runtime.CompilerServices;
using ControlPlane.Node.Runtime.Cri.Containerd.Protocol;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>containerd's own event stream, which every version has (CRI's came with 1.7).</summary>
internal sealed class ContainerdEvents(GrpcChannel channel)
{
    private const string Namespace = "k8s.io"; // where containerd's CRI service keeps its objects

    private readonly Events.EventsClient _events = new(channel);

    /// <summary>Starts and ends of first processes, and processes killed for memory. Ends with <see cref="RuntimeException"/>.</summary>
    public async IAsyncEnumerable<LifecycleEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var call = _events.Subscribe(
            new SubscribeRequest { Filters = { $"namespace=={Namespace},topic~=\"^/tasks/(start|exit|oom)$\"" } }, cancellationToken: cancel);
        while (await MoveNextAsync(call.ResponseStream, cancel))
        {
            if (FromEnvelope(call.ResponseStream.Current) is { } change)
                yield return change;
        }
        throw new RuntimeException(RuntimeFailure.Unavailable, "the container runtime ended its event stream");
    }

    private static async Task<bool> MoveNextAsync(IAsyncStreamReader<Envelope> stream, CancellationToken cancel)
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

    private static LifecycleEvent? FromEnvelope(Envelope envelope)
    {
        var body = envelope.Event.Value;
        switch (envelope.Topic)
        {
            case "/tasks/start":
                return new LifecycleEvent(LifecycleEventKind.Started, TaskStart.Parser.ParseFrom(body).ContainerId);
            case "/tasks/exit":
                var exit = TaskExit.Parser.ParseFrom(body);
                // Commands run in the container end with the same event under an id of their own.
                return exit.Id == exit.ContainerId ? new LifecycleEvent(LifecycleEventKind.Exited, exit.ContainerId) : null;
            case "/tasks/oom":
                return new LifecycleEvent(LifecycleEventKind.OutOfMemory, TaskOom.Parser.ParseFrom(body).ContainerId);
            default:
                return null;
        }
    }
}
