using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ControlPlane.ServerKit;

/// <summary>A TLS connection on which a test writes what no HTTP client would.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private SslStream _stream = null!;

    private RawConnection()
    {
    }

    /// <summary>Connects to a server.</summary>
    /// <param name="fixture">The server.</param>
    /// <param name="certificate">Who connects; nobody where null.</param>
    /// <param name="protocol">What is agreed on while the connection is encrypted.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<RawConnection> OpenAsync(ApiServerFixture fixture, X509Certificate2? certificate, SslApplicationProtocol protocol, CancellationToken cancel)
    {
        var connection = new RawConnection();
        try
        {
            await connection._client.ConnectAsync(fixture.Address.Host, fixture.Address.Port, cancel);
            connection._stream = new SslStream(connection._client.GetStream());
            await connection._stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = fixture.Address.Host,
                    RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                    ApplicationProtocols = [protocol],
                    ClientCertificates = certificate is null ? null : [certificate],
                },
                cancel);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends bytes.</summary>
    /// <exception cref="IOException">The server has hung up.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel) => _stream.WriteAsync(bytes, cancel);

    /// <summary>Sends text.</summary>
    /// <exception cref="IOException">The server has hung up.</exception>
    public ValueTask SendAsync(string text, CancellationToken cancel) => SendAsync(Encoding.Latin1.GetBytes(text), cancel);

    /// <summary>Says that nothing more is sent.</summary>
    /// <exception cref="IOException">The server has hung up.</exception>
    public async Task FinishAsync()
    {
        await _stream.ShutdownAsync();
        try
        {
            _client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException gone)
        {
            throw new IOException("the server has hung up", gone);
        }
    }

    /// <summary>What comes until the server hangs up.</summary>
    public async Task<byte[]> ReceiveToEndAsync(CancellationToken cancel)
    {
        using var all = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(all, cancel);
        }
        catch (IOException)
        {
            // Cut off rather than closed: an end as well.
        }

        return all.ToArray();
    }

    /// <summary>What comes until the server hangs up, as text.</summary>
    public async Task<string> ReceiveTextToEndAsync(CancellationToken cancel) => Encoding.Latin1.GetString(await ReceiveToEndAsync(cancel));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stream is not null)
            await _stream.DisposeAsync();
        _client.Dispose();
    }
}
