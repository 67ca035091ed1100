using System.Diagnostics;

namespace ControlPlane.Node.Installation;

/// <summary>Installs packages with apt-get.</summary>
internal static class PackageInstallation
{
    private const int OutputCharsMax = 4000; // of the end of what apt-get said, for the error
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15); // a slow mirror still gets a hundred megabytes through

    /// <summary>Installs; where a package isn't known, the lists are fetched first.</summary>
    /// <param name="packages">Their names.</param>
    /// <param name="progress">Gets each line that apt-get writes.</param>
    /// <param name="clock">For the limit in time.</param>
    /// <param name="cancel">Cancels; apt-get is ended.</param>
    /// <exception cref="PrerequisiteException">apt-get failed, or took too long; the message has what it said.</exception>
    public static async Task InstallAsync(IReadOnlyList<string> packages, Action<string> progress, TimeProvider clock, CancellationToken cancel)
    {
        string[] install = ["install", "--yes", "--no-install-recommends", .. packages];
        if ((await RunAsync(install, progress, clock, cancel)).Succeeded)
            return;
        await RunAsync(["update"], progress, clock, cancel);
        var (succeeded, output) = await RunAsync(install, progress, clock, cancel);
        if (!succeeded)
            throw new PrerequisiteException($"apt-get couldn't install {string.Join(", ", packages)}: {output}");
    }

    private static async Task<(bool Succeeded, string Output)> RunAsync(
        string[] arguments, Action<string> progress, TimeProvider clock, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("apt-get", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive"; // nobody is there to answer
        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var timer = clock.CreateTimer(_ => limit.Cancel(), null, Limit, Timeout.InfiniteTimeSpan);
        try
        {
            var output = ReadAsync(process.StandardOutput, progress, limit.Token);
            var errors = ReadAsync(process.StandardError, progress, limit.Token);
            await Task.WhenAll(output, errors);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode == 0, await errors + await output);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new PrerequisiteException($"apt-get {arguments[0]} took longer than {Limit}");
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string> progress, CancellationToken cancel)
    {
        var text = new System.Text.StringBuilder();
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            progress(line);
            text.AppendLine(line);
            if (text.Length > 2 * OutputCharsMax)
                text.Remove(0, text.Length - OutputCharsMax);
        }
        return text.ToString();
    }
}
