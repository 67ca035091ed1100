using System.Buffers.Binary;
using System.Net.WebSockets;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.PortForward;

/// <summary>One forwarded port: its bytes both ways, and a place for one line of text when the port cannot be reached.</summary>
public sealed record ForwardedPort(ushort Port, Stream Data, Stream Error);

/// <summary>
/// The pod's side of a port-forward over a WebSocket: for the n-th requested port, channel 2n carries data and 2n + 1 an error
/// text; each begins with the port as two bytes, little-endian. A port is one TCP connection for the connection's whole life.
/// </summary>
public sealed class PortForwardServer : IAsyncDisposable
{
    /// <summary>Ports in one request: two channels each, and channel numbers are one byte (255 is spoken for).</summary>
    public const int PortsMax = 127;

    private readonly ChannelConnection _connection;

    private PortForwardServer(ChannelConnection connection, IReadOnlyList<ushort> ports)
    {
        _connection = connection;
        Ports = [.. ports.Select(Open)];
    }

    /// <summary>The ports in the order of the request; the same port may stand twice.</summary>
    public IReadOnlyList<ForwardedPort> Ports { get; }

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken Disconnected => _connection.Gone;

    /// <summary>Starts to receive and sends each channel's port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="PortsMax"/> ports.</exception>
    /// <exception cref="IOException">The client is gone already.</exception>
    public static async Task<PortForwardServer> StartAsync(
        WebSocket socket, ChannelProtocol protocol, IReadOnlyList<ushort> ports, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ports.Count, PortsMax);
        var connection = new ChannelConnection(socket, protocol, limits, clock, ports.Count * 2, cancel);
        var server = new PortForwardServer(connection, ports);
        connection.Start();
        try
        {
            foreach (var port in server.Ports)
                await AnnounceAsync(port, cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the connection cleanly, when every port has ended.</summary>
    public Task CloseAsync(CancellationToken cancel) => _connection.CloseAsync(WebSocketCloseStatus.NormalClosure, "", cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private ForwardedPort Open(ushort port, int index) => new(
        port,
        _connection.Open((byte)(index * 2), readable: true, writable: true),
        _connection.Open((byte)(index * 2 + 1), readable: false, writable: true));

    private static async Task AnnounceAsync(ForwardedPort port, CancellationToken cancel)
    {
        var number = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(number, port.Port);
        await port.Data.WriteAsync(number, cancel);
        await port.Error.WriteAsync(number, cancel);
    }
}
