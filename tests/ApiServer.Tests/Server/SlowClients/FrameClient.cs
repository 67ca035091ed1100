using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using ControlPlane.ApiServer.Pki;
using ControlPlane.ServerKit;

namespace ControlPlane.ApiServer.Tests.Server.SlowClients;

/// <summary>A client of HTTP/2, frame by frame (RFC 9113), that gives the server exactly the room which a test wants it to have.</summary>
internal sealed class FrameClient : IAsyncDisposable
{
    /// <summary>The stream number that stands for the connection.</summary>
    public const int Connection = 0;

    // What a peer may send before it is given more, on each stream and on the connection.
    public const int FirstWindow = 65535;

    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte Ping = 6;
    private const byte WindowUpdate = 8;
    private const byte Acknowledged = 1;
    private const int HeadBytes = 9;

    private readonly SslStream _stream;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentDictionary<int, int> _events = [];
    private readonly ConcurrentDictionary<int, bool> _reset = [];
    private readonly ConcurrentDictionary<int, bool> _granted = [];
    private Task _reading = Task.CompletedTask;
    private int _streams = -1;

    private FrameClient(SslStream stream) => _stream = stream;

    /// <summary>Connects as somebody who may do everything. The server may send <see cref="FirstWindow"/> bytes until it is given more.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="reads">Is anything taken from the socket at all?</param>
    public static async Task<FrameClient> ConnectAsync(ApiServerFixture server, bool reads = true)
    {
        var client = new FrameClient(await OpenAsync(server, SslApplicationProtocol.Http2));
        await client._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await client.SendAsync(Settings, 0, Connection, []);
        if (reads)
            client._reading = client.ReadAsync();
        return client;
    }

    /// <summary>A TLS connection of somebody who may do everything. What the kernel keeps for a client that does not read is little.</summary>
    public static async Task<SslStream> OpenAsync(ApiServerFixture server, SslApplicationProtocol protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Server.Port));
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = [protocol],
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificates = [server.Pki.Authority.Issue(CertificateProfile.Client("admin", ["system:masters"]))],
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        });
        return stream;
    }

    /// <summary>Sends a GET and gives its stream's number.</summary>
    public async Task<int> GetAsync(string path)
    {
        var id = Interlocked.Add(ref _streams, 2);
        // Indexed fields of HPACK's static table, and literals that are not to be remembered.
        byte[] block = [0x80 | 2, 0x80 | 7, 4, .. Literal("/" + path), 1, .. Literal("localhost")];
        await SendAsync(Headers, 0x1 | 0x4, id, block);
        return id;
    }

    /// <summary>From now on the server is given room on that stream for all that it sends.</summary>
    public Task TakeAllAsync(int stream)
    {
        _granted[stream] = true;
        return GrantAsync(stream, 1 << 20);
    }

    /// <summary>How many lines have come on a stream: a watch's events.</summary>
    public int EventsOf(int stream) => _events.GetValueOrDefault(stream);

    /// <summary>Has the server given a stream up?</summary>
    public bool IsReset(int stream) => _reset.ContainsKey(stream);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _stream.DisposeAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _closing.Dispose();
        _sending.Dispose();
    }

    private static byte[] Literal(string text)
    {
        Assert.That(text, Has.Length.LessThan(127), "longer ones would need a longer length");
        return [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
    }

    private async Task ReadAsync()
    {
        var head = new byte[HeadBytes];
        while (true)
        {
            await _stream.ReadExactlyAsync(head, _closing.Token);
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await _stream.ReadExactlyAsync(payload, _closing.Token);
            await TakeAsync(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
        }
    }

    private async Task TakeAsync(byte type, byte flags, int stream, byte[] payload)
    {
        switch (type)
        {
            case Data:
                _events.AddOrUpdate(stream, static (_, lines) => lines, static (_, before, lines) => before + lines, payload.Count(one => one == '\n'));
                if (payload.Length > 0 && _granted.ContainsKey(stream))
                    await GrantAsync(stream, payload.Length);
                if (payload.Length > 0 && _granted.ContainsKey(Connection))
                    await GrantAsync(Connection, payload.Length);
                break;
            case ResetStream:
                _reset[stream] = true;
                break;
            case Settings or Ping when (flags & Acknowledged) == 0:
                await SendAsync(type, Acknowledged, Connection, type == Ping ? payload : []);
                break;
        }
    }

    private Task GrantAsync(int stream, int bytes)
    {
        var more = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(more, bytes);
        return SendAsync(WindowUpdate, 0, stream, more);
    }

    private async Task SendAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[HeadBytes + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, HeadBytes);
        await _sending.WaitAsync();
        try
        {
            await _stream.WriteAsync(frame);
        }
        finally
        {
            _sending.Release();
        }
    }
}
