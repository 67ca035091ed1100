using System.Diagnostics;
using System.Text;
using ControlPlane.TestKit;

namespace ControlPlane.Host.Tests.Processes;

/// <summary><c>controlplane server</c> as a program of its own, on a free loopback port.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // Far above what a start or an end takes; what has not happened by then never will.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private ServerProcess(string data, int port, string[] flags)
    {
        Port = port;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(
                Path.Combine(AppContext.BaseDirectory, "controlplane"),
                ["server", "--data-dir", data, "--secure-port", $"{port}", "--bind-address", "127.0.0.1", .. flags])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Note(line.Data, isOutput: true);
        _process.ErrorDataReceived += (_, line) => Note(line.Data, isOutput: false);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException("it ended before it was ready"));
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>All that it printed.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Starts one that must become ready.</summary>
    public static async Task<ServerProcess> StartAsync(string data, params string[] flags) => await StartAsync(data, FreePort.Take(1)[0], flags);

    /// <summary>Starts one that must become ready, on that port.</summary>
    public static async Task<ServerProcess> StartAsync(string data, int port, params string[] flags)
    {
        var server = Launch(data, port, flags);
        try
        {
            await server._ready.Task.WaitAsync(Limit);
            return server;
        }
        catch (Exception failure)
        {
            await server.DisposeAsync();
            throw new AssertionException($"the server did not start: {failure.Message}\n{server.Said}");
        }
    }

    /// <summary>Runs one that must end by itself; gives its exit code and what it printed.</summary>
    public static async Task<(int Code, string Said)> FailAsync(string data, int port, params string[] flags)
    {
        await using var server = Launch(data, port, flags);
        await server._process.WaitForExitAsync().WaitAsync(Limit);
        return (server._process.ExitCode, server.Said);
    }

    /// <summary>SIGTERM; gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(Limit);
        return _process.ExitCode;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _ready.TrySetCanceled();
    }

    private static ServerProcess Launch(string data, int port, string[] flags)
    {
        var server = new ServerProcess(data, port, flags);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        return server;
    }

    private void Note(string? line, bool isOutput)
    {
        if (line is null)
            return;
        lock (_said)
            _said.AppendLine(line);
        if (isOutput)
            _ready.TrySetResult();
    }
}
