using System.Diagnostics;
using System.Net.Sockets;

namespace ControlPlane.TestKit;

/// <summary>A real etcd on free loopback ports, with its data in a temporary directory; ended when disposed of.</summary>
public sealed class EtcdProcess : IAsyncDisposable
{
    // One that is frozen or cut off is asked in vain, and asked again.
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private const int WordsKept = 4000; // the last of them, in characters

    private readonly IDisposable _data;
    private readonly string[] _command;
    private readonly Uri _metrics;
    private Process _process;
    private volatile string _words = "";

    /// <summary>Launches one, which does not answer yet.</summary>
    /// <param name="data">What holds its data; disposed of with it.</param>
    /// <param name="endpoint">Where clients find it.</param>
    /// <param name="metrics">Where it tells of its health.</param>
    /// <param name="enter">What stands before the program: see <see cref="NetworkNamespace.Enter"/>.</param>
    /// <param name="arguments">Its flags.</param>
    internal EtcdProcess(IDisposable data, Uri endpoint, Uri metrics, IReadOnlyList<string> enter, IReadOnlyList<string> arguments)
    {
        _data = data;
        _command = [.. enter, Executable ?? throw new FileNotFoundException("etcd is not installed"), .. arguments];
        _metrics = metrics;
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
        var (peer, metrics) = ($"http://127.0.0.1:{ports[1]}", $"http://127.0.0.1:{ports[2]}");
        var data = new TemporaryDirectory();
        var etcd = new EtcdProcess(data, new Uri(client), new Uri(metrics), enter: [],
        [
            "--name=test", $"--data-dir={data["data"]}", "--logger=zap",
            "--heartbeat-interval=20", "--election-timeout=200", // a member alone elects itself after this time
            $"--listen-client-urls={client}", $"--advertise-client-urls={client}", $"--listen-metrics-urls={metrics}",
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

    /// <summary>Stops it in its tracks, its connections open, until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on as if no time had passed.</summary>
    public Task ResumeAsync() => SignalAsync("-CONT");

    /// <summary>Does it say that it leads? One that is cut off may say so for a moment although another does.</summary>
    public async Task<bool> IsLeaderAsync() => await TellsAsync("/metrics", "\netcd_server_is_leader 1\n");

    /// <summary>Does it answer, and has it a leader?</summary>
    public Task<bool> IsHealthyAsync() => TellsAsync("/health", "true");

    /// <summary>Waits until it is healthy.</summary>
    internal Task AnswersAsync() => Eventually.TrueAsync(() => _process.HasExited
        ? throw new InvalidOperationException($"etcd has ended with {_process.ExitCode}: {_words}")
        : IsHealthyAsync());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _data.Dispose();
    }

    private Process StartProcess()
    {
        var process = Process.Start(new ProcessStartInfo(_command[0], _command[1..]) { RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        var words = $"{_words}\n{line}";
        _words = words[Math.Max(0, words.Length - WordsKept)..];
    }

    private async Task<bool> TellsAsync(string path, string text)
    {
        try
        {
            return (await Http.GetStringAsync(new Uri(_metrics, path))).Contains(text, StringComparison.Ordinal);
        }
        catch (Exception error) when (error is HttpRequestException or SocketException or TaskCanceledException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
