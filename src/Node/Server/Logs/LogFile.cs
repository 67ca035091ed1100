using System.Buffers;
using System.IO.Pipelines;

namespace ControlPlane.Node.Server.Logs;

/// <summary>
/// A container's log file, which the runtime goes on writing and may replace by a new one of the same name (rotation). Reads whole lines; at the end it says whether the
/// file was replaced.
/// </summary>
internal sealed class LogFile : IAsyncDisposable
{
    private const int BlockBytes = 32 * 1024;

    private readonly string _path;
    private FileStream _file;
    private PipeReader _reader;

    private LogFile(string path, FileStream file) => (_path, _file, _reader) = (path, file, NewReader(file));

    /// <summary>Opens it, at its last lines if so many are asked for.</summary>
    /// <exception cref="IOException">It isn't there.</exception>
    public static LogFile Open(string path, long? tailLines)
    {
        var file = OpenFile(path);
        if (tailLines is { } lines)
            file.Position = FindTail(file, lines);
        return new LogFile(path, file);
    }

    /// <summary>The next line without its line feed; null where there is none yet.</summary>
    public async Task<byte[]?> ReadLineAsync(CancellationToken cancel)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancel);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = BuffersExtensions.ToArray(read.Buffer.Slice(0, end));
                _reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }
            var rest = read.Buffer.Length;
            _reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (!read.IsCompleted)
                continue;
            // A half line stays for the next time; a reader that has seen the end has to be made anew.
            await RestartAsync(_file.Position - rest);
            return null;
        }
    }

    /// <summary>Goes on with the file that has the name now, if it is another. False where it is the same.</summary>
    public async Task<bool> ReopenAsync()
    {
        FileStream now;
        try
        {
            now = OpenFile(_path);
        }
        catch (IOException)
        {
            return false; // between the old one and the new one
        }
        if (Inode(now) == Inode(_file) && now.Length >= _file.Position)
        {
            await now.DisposeAsync();
            return false;
        }
        await _reader.CompleteAsync();
        await _file.DisposeAsync();
        (_file, _reader) = (now, NewReader(now));
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _file.DisposeAsync();
    }

    /// <summary>The kernel's name for the file.</summary>
    private static string Inode(FileStream file) =>
        File.ReadLines($"/proc/self/fdinfo/{file.SafeFileHandle.DangerousGetHandle()}").FirstOrDefault(static line => line.StartsWith("ino:", StringComparison.Ordinal)) ?? "";

    private async Task RestartAsync(long position)
    {
        await _reader.CompleteAsync();
        _file.Position = position;
        _reader = NewReader(_file);
    }

    private static PipeReader NewReader(FileStream file) => PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: BlockBytes, leaveOpen: true));

    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: false);

    /// <summary>Where the last so many lines begin: read backwards, block by block.</summary>
    private static long FindTail(FileStream file, long lines)
    {
        if (lines == 0)
            return file.Length;
        var block = new byte[BlockBytes];
        // The last line's own end doesn't count.
        for (long end = file.Length, found = -1; end > 0;)
        {
            var start = Math.Max(0, end - BlockBytes);
            file.Position = start;
            file.ReadExactly(block, 0, (int)(end - start));
            for (var at = (int)(end - start) - 1; at >= 0; at--)
            {
                if (block[at] == (byte)'\n' && ++found == lines)
                    return start + at + 1;
            }
            end = start;
        }
        return 0;
    }
}
