using System.Net.Sockets;
using System.Text;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>What a pod's author wants done when a container has started, or is about to be stopped.</summary>
internal static class LifecycleHooks
{
    /// <summary>Runs the hook to its end.</summary>
    /// <returns>Null on success, else what went wrong.</returns>
    public static async Task<string?> RunAsync(PodContext pod, ContainerId container, LifecycleHandler hook, CancellationToken cancel)
    {
        try
        {
            if (hook.Exec is { } exec)
                return await ExecuteAsync(pod, container, exec, cancel);
            if (hook.HttpGet is { } get)
                return await GetAsync(pod, get, cancel);
            if (hook.Sleep is { } sleep)
                await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), pod.Node.Clock, cancel);
            return null;
        }
        catch (Exception failure) when (failure is RuntimeException or HttpRequestException or SocketException)
        {
            return failure.Message;
        }
    }

    private static async Task<string?> ExecuteAsync(PodContext pod, ContainerId container, ExecAction exec, CancellationToken cancel) =>
        await pod.Node.Runtime.ExecSyncAsync(container, [.. exec.Command], TimeSpan.Zero, cancel) switch
        {
            ExecSyncResult.Exited { Code: 0 } => null,
            ExecSyncResult.Exited ended => $"command '{string.Join(' ', exec.Command)}' exited with {ended.Code}: {Encoding.UTF8.GetString(ended.Error.Span)}",
            ExecSyncResult.TimedOut late => late.Message,
            ExecSyncResult.ContainerNotRunning ended => ended.Message,
            ExecSyncResult.Failed failed => failed.Message,
            _ => "the command's end is unknown",
        };

    private static async Task<string?> GetAsync(PodContext pod, HTTPGetAction get, CancellationToken cancel)
    {
        var host = get.Host.Length > 0 ? get.Host : pod.Runtime.Addresses.FirstOrDefault()?.ToString() ?? pod.Node.Addresses[0].ToString();
        var port = get.Port.IsString ? PortNamed(pod.Pod, get.Port.Text) : get.Port.Number;
        using var http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } }); // kubelet verifies no certificates here
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{get.Scheme.ToLowerInvariant()}://{host}:{port}/{get.Path.TrimStart('/')}");
        foreach (var header in get.HttpHeaders)
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        return (int)response.StatusCode < 400 ? null : $"HTTP request failed with statuscode: {(int)response.StatusCode}";
    }

    private static int PortNamed(Pod pod, string name) =>
        pod.Spec.Containers.SelectMany(static container => container.Ports).FirstOrDefault(port => port.Name == name)?.ContainerPort_ ?? 0;
}
