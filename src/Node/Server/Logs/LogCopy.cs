using System.Text;

namespace ControlPlane.Node.Server.Logs;

/// <summary>Writes a container's log to whoever asked: the wanted lines, as the program wrote them.</summary>
internal static class LogCopy
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100); // watches on files are few on a machine, followers may be many

    /// <summary>Copies until the log's end, or with <see cref="LogOptions.Follow"/> until the container's.</summary>
    /// <param name="path">The log.</param>
    /// <param name="options">Which part of it.</param>
    /// <param name="runs">Does the container run?</param>
    /// <param name="output">Gets the lines; flushed whenever there are no more for now.</param>
    /// <param name="clock">Time.</param>
    /// <param name="cancel">The asker is gone.</param>
    /// <exception cref="IOException">The log isn't there, or the asker is gone.</exception>
    public static async Task RunAsync(string path, LogOptions options, Func<CancellationToken, Task<bool>> runs, Stream output, TimeProvider clock, CancellationToken cancel)
    {
        await using var log = LogFile.Open(path, options.TailLines);
        var writer = new LogWriter(options, output);
        while (true)
        {
            // Asked before the log's end is reached: what it wrote before it ended is read then.
            var mayGrow = options.Follow && await runs(cancel);
            while (await log.ReadLineAsync(cancel) is { } line)
            {
                if (!await writer.WriteAsync(line, cancel))
                    return;
            }
            await output.FlushAsync(cancel);
            if (await log.ReopenAsync())
                continue;
            if (!mayGrow)
                return;
            await Task.Delay(Poll, clock, cancel);
        }
    }
}

/// <summary>Lines of the runtime's form to lines of the asker's form.</summary>
internal sealed class LogWriter(LogOptions options, Stream output)
{
    private long _left = options.LimitBytes ?? long.MaxValue;
    private bool _isNewLine = true;

    /// <summary>Writes one line if it is wanted. False when the limit is reached.</summary>
    public async Task<bool> WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancel)
    {
        if (!LogLine.TryParse(line, out var parsed) || !IsWanted(parsed))
            return true;
        if (options.Timestamps && _isNewLine && !await WriteBytesAsync(Encoding.ASCII.GetBytes(parsed.Time + " "), cancel))
            return false;
        _isNewLine = !parsed.IsPartial;
        return await WriteBytesAsync(parsed.Content, cancel) && (parsed.IsPartial || await WriteBytesAsync("\n"u8.ToArray(), cancel));
    }

    private bool IsWanted(LogLine line) =>
        (options.Since is not { } since || line.At >= since)
        && options.Stream switch { "Stdout" => !line.IsError, "Stderr" => line.IsError, _ => true };

    private async Task<bool> WriteBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (bytes.Length > _left)
            bytes = bytes[..(int)_left];
        await output.WriteAsync(bytes, cancel);
        _left -= bytes.Length;
        return _left > 0;
    }
}
