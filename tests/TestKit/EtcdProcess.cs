using System.Diagnostics;
using System.Net.Sockets;

namespace ControlPlane.TestKit;

/// <summary>A real etcd on free loopback ports, with its data in a temporary directory; ended when disposed of.</summary>
public sealed class EtcdProcess : IAsyncDisposable
{
    private readonly TemporaryDirectory _data;
    private readonly string[] _arguments;
    private Process _process;

    private EtcdProcess(TemporaryDirectory data, string endpoint, string[] arguments)
    {
        _data = data;
        _arguments = arguments;
        Endpoint = endpoint;
        _process = StartProcess();
    }

    /// <summary>Is etcd installed on this machine?</summary>
    public static bool IsInstalled => Executable is not null;

    /// <summary>Where it answers: <c>http://127.0.0.1:port</c>.</summary>
    public string Endpoint { get; }

    private static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, "etcd"))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="arguments">More flags, as <c>--quota-backend-bytes=...</c>.</param>
    public static async Task<EtcdProcess> StartAsync(params string[] arguments)
    {
        var ports = FreePort.Take(2);
        var (client, peer) = ($"http://127.0.0.1:{ports[0]}", $"http://127.0.0.1:{ports[1]}");
        var data = new TemporaryDirectory();
        var etcd = new EtcdProcess(data, client,
        [
            "--name=test", $"--data-dir={data["data"]}", "--log-level=error", "--logger=zap",
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}",
            $"--listen-peer-urls={peer}", $"--initial-advertise-peer-urls={peer}", $"--initial-cluster=test={peer}",
            .. arguments,
        ]);
        try
        {
            await etcd.AnswersAsync();
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it as a power cut would; <see cref="StartAgainAsync"/> goes on with the same data.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>, on the same ports and data.</summary>
    public async Task StartAgainAsync()
    {
        _process.Dispose();
        _process = StartProcess();
        await AnswersAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _data.Dispose();
    }

    private Process StartProcess()
    {
        var start = new ProcessStartInfo(Executable ?? throw new FileNotFoundException("etcd is not installed"));
        foreach (var argument in _arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private Task AnswersAsync()
    {
        var http = new HttpClient();
        return Eventually.TrueAsync(async () =>
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"etcd has ended with {_process.ExitCode}");
            try
            {
                return (await http.GetStringAsync(Endpoint + "/health")).Contains("true", StringComparison.Ordinal);
            }
            catch (Exception error) when (error is HttpRequestException or SocketException)
            {
                return false;
            }
        });
    }
}
