using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Pods;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Server.Logs;
using ControlPlane.Types.Core;
using Microsoft.AspNetCore.Http;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;
using ContainerStatus = ControlPlane.Node.Runtime.ContainerStatus;

namespace ControlPlane.Node.Server;

/// <summary>What the node's server answers, by path; kubelet's paths.</summary>
internal sealed class NodeEndpoints(NodeContext node, PodManager pods)
{
    private readonly RuntimeStreams _streams = new(node);

    /// <summary>Answers one request.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await RouteAsync(context, context.Request.Path.Value!.Trim('/').Split('/'));
        }
        catch (RefusedException refused) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, refused.Code, refused.Message);
        }
        catch (FormatException malformed) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, StatusCodes.Status400BadRequest, malformed.Message);
        }
        catch (Exception failure) when (failure is RuntimeException or IOException && !context.Response.HasStarted)
        {
            await WriteAsync(context, StatusCodes.Status500InternalServerError, failure.Message);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            context.Abort(); // whoever asked has gone, or the answer broke off in the middle: he must see that it did
        }
    }

    private Task RouteAsync(HttpContext context, string[] path) => path switch
    {
        ["healthz"] => WriteAsync(context, StatusCodes.Status200OK, "ok"),
        ["pods"] => WritePodsAsync(context),
        ["containerLogs", var ns, var pod, var container] => WriteLogAsync(context, ns, pod, container),
        ["exec", var ns, var pod, var container] => ExecAsync(context, ns, pod, container),
        ["attach", var ns, var pod, var container] => AttachAsync(context, ns, pod, container),
        ["exec", var ns, var pod, _, var container] => ExecAsync(context, ns, pod, container), // with the pod's uid, as older API servers ask
        ["attach", var ns, var pod, _, var container] => AttachAsync(context, ns, pod, container),
        ["portForward", var ns, var pod] => ForwardAsync(context, ns, pod),
        ["portForward", var ns, var pod, _] => ForwardAsync(context, ns, pod),
        _ => WriteAsync(context, StatusCodes.Status404NotFound, "404 page not found"),
    };

    private async Task WritePodsAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Json.Encode(new PodList { Items = pods.Pods.ToValueList() }), context.RequestAborted);
    }

    private async Task WriteLogAsync(HttpContext context, string ns, string name, string container)
    {
        var cancel = context.RequestAborted;
        var options = LogOptions.Parse(context.Request.Query, node.Clock.GetUtcNow());
        var pod = Find(ns, name);
        var all = await ReadAsync(pod, container, cancel);
        var chosen = options.Previous ? all.Where(static one => one.State == ContainerState.Exited).Skip(all is [{ State: ContainerState.Exited }, ..] ? 1 : 0).FirstOrDefault() : all.FirstOrDefault();
        if (chosen is null && options.Previous)
            throw new RefusedException(400, $"previous terminated container \"{container}\" in pod \"{name}\" not found");
        if (chosen is null || chosen.LogPath.Length == 0)
            throw new RefusedException(400, $"container \"{container}\" in pod \"{name}\" is waiting to start: {ReasonOf(pod, container)}");
        context.Response.ContentType = "text/plain";
        await context.Response.StartAsync(cancel);
        await LogCopy.RunAsync(chosen.LogPath, options, cancel => RunsAsync(chosen.Id, cancel), context.Response.Body, node.Clock, cancel);
    }

    private async Task ExecAsync(HttpContext context, string ns, string name, string container)
    {
        var query = context.Request.Query;
        var wanted = RuntimeStreams.Wanted(query);
        var id = await FindRunningAsync(ns, name, container, context.RequestAborted);
        string[] command = [.. query["command"].Select(static word => word ?? "")];
        await _streams.RunAsync(context, wanted, cancel => node.Runtime.ExecAsync(id, new ExecRequest(command, wanted.Tty, wanted.Stdin, wanted.Stdout, wanted.Stderr), cancel));
    }

    private async Task AttachAsync(HttpContext context, string ns, string name, string container)
    {
        var wanted = RuntimeStreams.Wanted(context.Request.Query);
        var id = await FindRunningAsync(ns, name, container, context.RequestAborted);
        await _streams.RunAsync(context, wanted, cancel => node.Runtime.AttachAsync(id, new AttachRequest(wanted.Tty, wanted.Stdin, wanted.Stdout, wanted.Stderr), cancel));
    }

    private async Task ForwardAsync(HttpContext context, string ns, string name)
    {
        var pod = FindForStreams(ns, name);
        var state = await PodRuntimeState.ReadAsync(node.Runtime, pod.Metadata.Uid, PodRuntimeState.Empty, context.RequestAborted);
        if (state.ReadySandbox is not { } sandbox)
            throw new RefusedException(500, $"pod not found (\"{name}_{ns}\")");
        await _streams.ForwardAsync(context, (ports, cancel) => node.Runtime.PortForwardAsync(sandbox.Id, ports, cancel));
    }

    private Pod Find(string ns, string name) => pods.Find(new ObjectKey(ns, name)) ?? throw new RefusedException(404, $"pod \"{name}\" not found");

    private Pod FindForStreams(string ns, string name) => pods.Find(new ObjectKey(ns, name)) ?? throw new RefusedException(404, "pod does not exist");

    private async Task<ContainerId> FindRunningAsync(string ns, string name, string container, CancellationToken cancel) =>
        (await ReadAsync(FindForStreams(ns, name), container, cancel)).FirstOrDefault(static one => one.State == ContainerState.Running)?.Id
        ?? throw new RefusedException(500, $"container not found (\"{container}\")");

    private async Task<List<ContainerStatus>> ReadAsync(Pod pod, string container, CancellationToken cancel) =>
        [.. (await PodRuntimeState.ReadAsync(node.Runtime, pod.Metadata.Uid, PodRuntimeState.Empty, cancel)).All(container)];

    private async Task<bool> RunsAsync(ContainerId id, CancellationToken cancel) =>
        await node.Runtime.InspectContainerAsync(id, cancel) is { State: ContainerState.Running or ContainerState.Created };

    private static string ReasonOf(Pod pod, string container) =>
        pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).FirstOrDefault(status => status.Name == container)?.State.Waiting?.Reason ?? "ContainerCreating";

    private static Task WriteAsync(HttpContext context, int code, string text)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}

/// <summary>A request that gets an answer other than what it asked for.</summary>
internal sealed class RefusedException(int code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Code { get; } = code;
}
