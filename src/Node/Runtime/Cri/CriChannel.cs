using System.Net.Sockets;
using Grpc.Net.Client;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>Opens gRPC over a Unix socket.</summary>
internal static class CriChannel
{
    /// <summary>
    /// A channel to <paramref name="endpoint"/>: <c>unix:///run/containerd/containerd.sock</c> or the bare path. It connects at its first call, and again
    /// after a
    /// restart of the other side.
    /// </summary>
    /// <exception cref="ArgumentException">The endpoint is no absolute path, or longer than a Unix socket's name can be.</exception>
    public static GrpcChannel Open(string endpoint, CriLimits limits)
    {
        var address = new UnixDomainSocketEndPoint(PathOf(endpoint));
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = limits.Connect,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            ConnectCallback = (_, cancel) => ConnectAsync(address, cancel),
        };
        return GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = limits.AnswerBytes,
            MaxSendMessageSize = limits.AnswerBytes,
            MaxRetryAttempts = null,
        });
    }

    /// <summary>The file that an endpoint names.</summary>
    /// <exception cref="ArgumentException">It names none.</exception>
    public static string PathOf(string endpoint)
    {
        var path = endpoint.StartsWith("unix://", StringComparison.Ordinal) ? endpoint["unix://".Length..] : endpoint;
        return path.StartsWith('/')
            ? path
            : throw new ArgumentException($"container runtime endpoint \"{endpoint}\" is no Unix socket: give unix:///path or /path", nameof(endpoint));
    }

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint address, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(address, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
