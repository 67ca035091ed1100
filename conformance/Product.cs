using System.Diagnostics;
using System.Text;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance;

/// <summary>The executable, running in a network namespace until it is killed or told to end.</summary>
internal sealed class Product : IDisposable
{
    // Far above what a start takes; what is not ready by then never will be.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _log;

    private Product(Process process, StringBuilder log) => (_process, _log) = (process, log);

    /// <summary>Starts it; returns when it prints a line that begins so, and gives that line.</summary>
    /// <param name="network">Where it runs.</param>
    /// <param name="log">Gets all that it says.</param>
    /// <param name="ready">How the line begins that tells that it is ready.</param>
    /// <param name="arguments">The command line.</param>
    public static async Task<(Product Product, string ReadyLine)> StartAsync(NetworkNamespace network, StringBuilder log, string ready, params string[] arguments)
    {
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(network.Enter[0], [.. network.Enter.Skip(1), Executable, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        var product = new Product(process, log);
        process.OutputDataReceived += (_, line) =>
        {
            product.Note(line.Data);
            if (line.Data?.StartsWith(ready, StringComparison.Ordinal) == true)
                said.TrySetResult(line.Data);
        };
        process.ErrorDataReceived += (_, line) => product.Note(line.Data);
        process.Exited += (_, _) => said.TrySetException(new AssertionException($"controlplane {arguments[0]} ended\n{product.Log}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return (product, await said.Task.WaitAsync(StartLimit));
        }
        catch (Exception failure)
        {
            await product.KillAsync();
            product.Dispose();
            throw failure is TimeoutException ? new AssertionException($"controlplane {arguments[0]} was not ready within {StartLimit}\n{product.Log}") : failure;
        }
    }

    /// <summary>Runs a command to its end in a network namespace.</summary>
    public static async Task<(int Code, string Output, string Error)> RunAsync(NetworkNamespace network, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(network.Enter[0], [.. network.Enter.Skip(1), Executable, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(StartLimit);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException($"controlplane {string.Join(' ', arguments)} did not end within {StartLimit}");
        }
    }

    /// <summary>kill -9: nothing is drained, nothing is written any more. Containers go on.</summary>
    public async Task KillAsync()
    {
        if (_process.HasExited)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; gives the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    // The one that was built with the tests, or a published one: dotnet test conformance -- 'TestRunParameters.Parameter(name="executable",value="...")'
    private static string Executable
    {
        get
        {
            if (TestContext.Parameters["executable"] is { Length: > 0 } published)
                return published;
            // .../conformance/bin/<configuration>/net10.0/
            var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(Repository.Root, "src", "Hosts", "ControlPlane", "bin", output.Parent!.Name, output.Name, "controlplane");
        }
    }

    private string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_log)
            _log.AppendLine(line);
    }
}
