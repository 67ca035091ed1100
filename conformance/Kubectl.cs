using System.Diagnostics;
using System.Text;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance;

/// <summary>A real kubectl, as a user runs it.</summary>
/// <param name="kubeconfig">Its configuration.</param>
/// <param name="program">Which one; by default the newest.</param>
internal sealed class Kubectl(string kubeconfig, string? program = null)
{
    private string Program { get; } = program ?? KubectlReleases.Newest;

    // A user would have given up long before; a test that hangs must say so itself.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs it and gives what it printed.</summary>
    /// <exception cref="AssertionException">It failed; the message has all that it said.</exception>
    public async Task<string> RunAsync(params string[] arguments) => await RunWithInputAsync("", arguments);

    /// <summary>Runs it with that on its standard input.</summary>
    public async Task<string> RunWithInputAsync(string input, params string[] arguments)
    {
        var (code, output, error) = await TryAsync(input, arguments);
        if (code != 0)
            throw new AssertionException($"kubectl {string.Join(' ', arguments)} exited with {code}\n{output}{error}");
        return output;
    }

    /// <summary>Runs it, whatever comes of it.</summary>
    public async Task<(int Code, string Output, string Error)> TryAsync(string input, params string[] arguments)
    {
        return await RunToEndAsync(Prepare(Program, arguments), input, string.Join(' ', arguments));
    }

    private static async Task<(int Code, string Output, string Error)> RunToEndAsync(ProcessStartInfo start, string input, string shown)
    {
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(Limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException($"kubectl {shown} did not end within {Limit}");
        }
    }

    /// <summary>Runs it with a file as its standard input, and another for its standard output.</summary>
    /// <exception cref="AssertionException">It failed.</exception>
    public async Task RunWithFilesAsync(string input, string output, params string[] arguments)
    {
        var (code, _, error) = await RunToEndAsync(Prepare("sh", ["-c", $"{Words([Program, .. arguments])} < '{input}' > '{output}'"]), "", string.Join(' ', arguments));
        if (code != 0)
            throw new AssertionException($"kubectl {string.Join(' ', arguments)} exited with {code}\n{error}");
    }

    /// <summary>Runs it on a terminal, typing that; gives what the terminal showed.</summary>
    public Task<string> InTerminalAsync(string typed, params string[] arguments) => InTerminalAsync(typed, null, arguments);

    /// <summary>Runs it on a terminal of that size, typing that; gives what the terminal showed.</summary>
    public async Task<string> InTerminalAsync(string typed, (int Rows, int Columns)? size, params string[] arguments)
    {
        var command = (size is { } given ? $"stty rows {given.Rows} cols {given.Columns}; " : "") + Words([Program, .. arguments]);
        var (_, output, error) = await RunToEndAsync(Prepare("script", ["--quiet", "--return", "--command", command, "/dev/null"]), typed, command);
        return output + error;
    }

    /// <summary>Starts it and leaves it running; the caller ends and disposes it.</summary>
    public Process Start(params string[] arguments) => Process.Start(Prepare(Program, arguments))!;

    private static string Words(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'"));

    private ProcessStartInfo Prepare(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["HOME"] = Path.GetDirectoryName(kubeconfig)!;
        return start;
    }
}
