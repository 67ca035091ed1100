using System.Globalization;
using ControlPlane.Streaming.PortForward;
using ControlPlane.Streaming.Spdy;

namespace ControlPlane.Node.Server;

/// <summary>Forwarded ports, from a WebSocket's channels to the runtime's SPDY session and back: a pair of streams each.</summary>
internal static class PortBridge
{
    /// <summary>Carries the bytes of all ports until each has ended, or the asker is gone.</summary>
    public static async Task RunAsync(PortForwardServer asker, SpdySession runtime, CancellationToken cancel)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel, asker.Disconnected);
        try
        {
            await Task.WhenAll(asker.Ports.Select((port, index) => CarryAsync(port, index, runtime, ended.Token)));
            await asker.CloseAsync(cancel);
        }
        catch (Exception lost) when (lost is IOException or TimeoutException || (lost is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // Either side is gone, and the other is dropped with it.
        }
    }

    private static async Task CarryAsync(ForwardedPort port, int request, SpdySession runtime, CancellationToken cancel)
    {
        // The runtime pairs the two by the request's number, and waits for the error stream first (client-go: portforward).
        await using var error = await runtime.OpenAsync(Headers("error", port, request), cancel);
        await error.CompleteWritesAsync(cancel);
        await using var data = await runtime.OpenAsync(Headers("data", port, request), cancel);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var there = SendAsync(port.Data, data, over.Token);
        await Task.WhenAll(data.CopyToAsync(port.Data, cancel), error.CopyToAsync(port.Error, cancel));
        await over.CancelAsync();
        await there.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task SendAsync(Stream from, SpdyStream to, CancellationToken cancel)
    {
        await from.CopyToAsync(to, cancel);
        await to.CompleteWritesAsync(cancel);
    }

    private static Dictionary<string, string> Headers(string type, ForwardedPort port, int request) => new()
    {
        ["streamtype"] = type,
        ["port"] = port.Port.ToString(CultureInfo.InvariantCulture),
        ["requestid"] = request.ToString(CultureInfo.InvariantCulture),
    };
}
