using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>A containerd of the agent's own, for machines where none answers.</summary>
/// <remarks>
/// <para>It lives in a process session of its own, with neither the agent's terminal nor its standard streams, so pods outlive the agent, and the next agent on
/// the same directory finds the socket answering and starts nothing. containerd's shims hold the containers: they outlive containerd as well.</para>
/// <para>A service manager that ends the agent's whole control group ends containerd too: systemd units need <c>KillMode=process</c>.</para>
/// </remarks>
internal sealed partial class OwnContainerd(ContainerdOptions options, TimeProvider clock, ILogger log)
{
    private const long LogBytesMax = 16 * 1024 * 1024; // one older log of as much is kept
    private const int LogTailChars = 2000;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>The socket to speak to.</summary>
    public string Endpoint => "unix://" + options.Socket;

    /// <summary>Finds it running, or starts it, and returns once it serves.</summary>
    /// <exception cref="RuntimeException">It can't be started, or doesn't answer in time; the message ends with what it logged.</exception>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        if (await AnswersAsync(cancel))
        {
            Found(log, options.Socket);
            return;
        }
        var started = clock.GetTimestamp();
        Prepare();
        using var process = Start();
        await File.WriteAllTextAsync(options.PidFile, process.Id.ToString(CultureInfo.InvariantCulture), cancel);
        await UntilItServesAsync(process, cancel);
        Started(log, process.Id, (long)clock.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>Ends containerd; what runs in containers goes on. Does nothing when it doesn't run.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (FindProcess() is not { } process)
            return;
        using (process)
        {
            Signals.Terminate(process.Id);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(options.StopLimit);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                process.Kill();
                await process.WaitForExitAsync(cancel);
            }
        }
        File.Delete(options.PidFile);
    }

    /// <summary>Its process, if it runs: the one the pid file names, provided that it has our configuration on its command line.</summary>
    private Process? FindProcess()
    {
        if (!File.Exists(options.PidFile) || !int.TryParse(File.ReadAllText(options.PidFile), CultureInfo.InvariantCulture, out var pid))
            return null;
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(options.ConfigFile) ? Process.GetProcessById(pid) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // gone
        }
    }

    private void Prepare()
    {
        Directory.CreateDirectory(options.Directory);
        Directory.CreateDirectory(options.CniConfigDirectory);
        Directory.CreateDirectory(Path.GetDirectoryName(options.Socket)!);
        File.WriteAllText(options.ConfigFile, ContainerdConfig.Render(options));
        if (!MachineSupport.ShareMounts())
            NotShared(log);
        if (new FileInfo(options.LogFile) is { Exists: true, Length: > LogBytesMax })
            File.Move(options.LogFile, options.LogFile + ".1", overwrite: true);
    }

    /// <summary>
    /// The shell opens the log, since redirections of our own would end with us; setsid replaces itself by containerd, so the pid is containerd's.
    /// </summary>
    private Process Start()
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        const string script = "exec setsid \"$1\" --config \"$2\" >>\"$3\" 2>&1 </dev/null";
        foreach (var argument in (string[])["-c", script, "sh", options.Program, options.ConfigFile, options.LogFile])
            start.ArgumentList.Add(argument);
        start.Environment.Remove("NOTIFY_SOCKET"); // containerd would tell the agent's service manager that the agent is ready
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new RuntimeException(RuntimeFailure.Unavailable, $"cannot start {options.Program}: {error.Message}", error);
        }
    }

    private async Task UntilItServesAsync(Process process, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + options.StartLimit;
        while (!await AnswersAsync(cancel))
        {
            if (process.HasExited)
                throw new RuntimeException(RuntimeFailure.Unavailable, $"{options.Program} ended with code {process.ExitCode} at its start: {LogTail()}");
            if (clock.GetUtcNow() >= until)
            {
                throw new RuntimeException(
                    RuntimeFailure.TimedOut, $"{options.Program} doesn't answer at {options.Socket} after {options.StartLimit}: {LogTail()}");
            }
            await Task.Delay(PollInterval, clock, cancel);
        }
    }

    private Task<bool> AnswersAsync(CancellationToken cancel) =>
        File.Exists(options.Socket) ? RuntimeEndpoint.AnswersAsync(Endpoint, clock, cancel) : Task.FromResult(false);

    private string LogTail()
    {
        var text = File.Exists(options.LogFile) ? File.ReadAllText(options.LogFile) : "";
        return text.Length <= LogTailChars ? text.Trim() : text[^LogTailChars..].Trim();
    }

    [LoggerMessage(LogLevel.Information, "Using the containerd that already runs at {Socket}")]
    private static partial void Found(ILogger log, string socket);

    [LoggerMessage(LogLevel.Warning, "The root mount can't be shared: volumes with mountPropagation will be refused")]
    private static partial void NotShared(ILogger log);

    [LoggerMessage(LogLevel.Information, "Started containerd as process {Pid} in {Milliseconds} ms")]
    private static partial void Started(ILogger log, int pid, long milliseconds);
}
