using System.Diagnostics;
using System.Net.Sockets;

namespace ControlPlane.TestKit;

/// <summary>A real etcd on free loopback ports, with its data in a temporary directory; ended when disposed of.</summary>
public sealed class EtcdProcess : IAsyncDisposable
{
    private readonly TemporaryDirectory _data;
    private readonly string[] _arguments;
    private readonly string _health;
    private Process _process;
    private volatile string _lastWords = "";

    private EtcdProcess(TemporaryDirectory data, Uri endpoint, string health, string[] arguments)
    {
        _data = data;
        _arguments = arguments;
        _health = health;
        Endpoint = endpoint;
        _process = StartProcess();
    }

    /// <summary>Is etcd installed on this machine?</summary>
    public static bool IsInstalled => Executable is not null;

    /// <summary>Where it answers: <c>http://127.0.0.1:port</c>, or https.</summary>
    public Uri Endpoint { get; }

    private static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, "etcd"))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="arguments">More flags, as <c>--quota-backend-bytes=...</c>; with <c>--cert-file</c> among them it speaks TLS.</param>
    public static Task<EtcdProcess> StartAsync(params string[] arguments) => StartOnAsync("127.0.0.1", arguments);

    /// <summary>The same on another address that the test made: that of a network namespace's link.</summary>
    public static async Task<EtcdProcess> StartOnAsync(string address, params string[] arguments)
    {
        var ports = FreePort.Take(3);
        var tls = arguments.Any(argument => argument.StartsWith("--cert-file", StringComparison.Ordinal));
        var client = $"{(tls ? "https" : "http")}://{address}:{ports[0]}";
        var (peer, health) = ($"http://127.0.0.1:{ports[1]}", $"http://127.0.0.1:{ports[2]}");
        var data = new TemporaryDirectory();
        var etcd = new EtcdProcess(data, new Uri(client), health,
        [
            "--name=test", $"--data-dir={data["data"]}", "--logger=zap",
            "--heartbeat-interval=20", "--election-timeout=200", // a member alone elects itself after this time
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}", $"--listen-metrics-urls={health}",
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
        var start = new ProcessStartInfo(Executable ?? throw new FileNotFoundException("etcd is not installed")) { RedirectStandardError = true };
        foreach (var argument in _arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => _lastWords = line.Data ?? _lastWords;
        process.BeginErrorReadLine();
        return process;
    }

    private async Task AnswersAsync()
    {
        using var http = new HttpClient();
        await Eventually.TrueAsync(async () =>
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"etcd has ended with {_process.ExitCode}: {_lastWords}");
            try
            {
                return (await http.GetStringAsync(_health + "/health")).Contains("true", StringComparison.Ordinal);
            }
            catch (Exception error) when (error is HttpRequestException or SocketException)
            {
                return false;
            }
        });
    }
}
