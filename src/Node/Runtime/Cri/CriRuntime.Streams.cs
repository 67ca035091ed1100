using ControlPlane.Node.Runtime.Cri.Protocol;
using Grpc.Core;

namespace ControlPlane.Node.Runtime.Cri;

/// <content>Commands and streams.</content>
internal sealed partial class CriRuntime
{
    /// <inheritdoc/>
    public async Task<ExecSyncResult> ExecSyncAsync(ContainerId id, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancel)
    {
        var request = new ExecSyncRequest { ContainerId = id.Value, Cmd = { command }, Timeout = WholeSeconds(timeout) };
        try
        {
            var answer = await SendAsync(_runtime.ExecSyncAsync, request, _limits.Request + timeout, cancel);
            return new ExecSyncResult.Exited(answer.ExitCode, answer.Stdout.Memory, answer.Stderr.Memory);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.DeadlineExceeded && timeout > TimeSpan.Zero)
        {
            return new ExecSyncResult.TimedOut(CriErrors.Describe(error));
        }
        catch (RpcException error) when (CriErrors.IsRefusal(error))
        {
            var message = CriErrors.Describe(error);
            return RunsNow(await InspectContainerAsync(id, cancel)) ? new ExecSyncResult.Failed(message) : new ExecSyncResult.ContainerNotRunning(message);
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <inheritdoc/>
    public Task<StreamingResult> ExecAsync(ContainerId id, Runtime.ExecRequest request, CancellationToken cancel)
    {
        var message = new Protocol.ExecRequest
        {
            ContainerId = id.Value,
            Cmd = { request.Command },
            Tty = request.Tty,
            Stdin = request.Stdin,
            Stdout = request.Stdout,
            Stderr = request.Stderr,
        };
        return PrepareAsync(_runtime.ExecAsync, message, answer => answer.Url, async () => RunsNow(await InspectContainerAsync(id, cancel)), cancel);
    }

    /// <inheritdoc/>
    public Task<StreamingResult> AttachAsync(ContainerId id, Runtime.AttachRequest request, CancellationToken cancel)
    {
        var message = new Protocol.AttachRequest
        {
            ContainerId = id.Value,
            Tty = request.Tty,
            Stdin = request.Stdin,
            Stdout = request.Stdout,
            Stderr = request.Stderr,
        };
        return PrepareAsync(_runtime.AttachAsync, message, answer => answer.Url, async () => RunsNow(await InspectContainerAsync(id, cancel)), cancel);
    }

    /// <inheritdoc/>
    public Task<StreamingResult> PortForwardAsync(SandboxId id, IReadOnlyList<int> ports, CancellationToken cancel) => PrepareAsync(
        _runtime.PortForwardAsync,
        new PortForwardRequest { PodSandboxId = id.Value, Port = { ports } },
        answer => answer.Url,
        async () => await InspectSandboxAsync(id, cancel) is { State: SandboxState.Ready },
        cancel);

    private async Task<StreamingResult> PrepareAsync<TRequest, TAnswer>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TAnswer>> call, TRequest request, Func<TAnswer, string> url, Func<Task<bool>> runs, CancellationToken cancel)
    {
        try
        {
            var answer = await SendAsync(call, request, _limits.Request, cancel);
            return new StreamingResult.Ready(new Uri(url(answer)));
        }
        catch (RpcException error) when (CriErrors.IsRefusal(error))
        {
            var message = CriErrors.Describe(error);
            return await runs() ? new StreamingResult.Refused(message) : new StreamingResult.NotRunning(message);
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }
}
