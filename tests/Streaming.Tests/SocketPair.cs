using System.Net.WebSockets;

namespace ControlPlane.Streaming.Tests;

/// <summary>Two ends of one WebSocket, over memory.</summary>
internal sealed class SocketPair : IDisposable
{
    private readonly StreamPair _wire = new();

    public SocketPair()
    {
        Server = WebSocket.CreateFromStream(_wire.Server, new WebSocketCreationOptions { IsServer = true });
        Client = WebSocket.CreateFromStream(_wire.Client, new WebSocketCreationOptions { IsServer = false });
    }

    public WebSocket Server { get; }

    public WebSocket Client { get; }

    /// <summary>Cuts the wire in both directions without a word.</summary>
    public void Cut() => _wire.Cut();

    public void Dispose()
    {
        Server.Dispose();
        Client.Dispose();
    }
}

/// <summary>Reading in tests, each wait with a deadline.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    public static Task<T> SoonAsync<T>(this Task<T> task) => task.WaitAsync(Deadline);

    public static Task SoonAsync(this Task task) => task.WaitAsync(Deadline);

    public static async Task<byte[]> ToEndAsync(this Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all).SoonAsync();
        return all.ToArray();
    }

    public static async Task<(WebSocketMessageType Type, byte[] Bytes)> MessageAsync(this WebSocket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask().SoonAsync();
            all.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return (part.MessageType, all.ToArray());
        }
    }

    public static Task SendBytesAsync(this WebSocket socket, params byte[] bytes) =>
        socket.SendAsync(bytes, WebSocketMessageType.Binary, true, CancellationToken.None).SoonAsync();

    public static async Task CancelledAsync(this CancellationToken token)
    {
        var source = new TaskCompletionSource();
        await using var _ = token.Register(source.SetResult);
        await source.Task.SoonAsync();
    }
}
