using System.Globalization;

namespace ControlPlane.ApiServer.Auditing;

/// <summary>
/// Writes audit events, one JSON line each, before the request goes on (kube-apiserver: --audit-log-mode=blocking): an answer that was seen is in the log.
/// A file that is full is put aside under a name with the time; the oldest of those go.
/// </summary>
public sealed class AuditLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly long _maxBytes;
    private readonly int _maxBackups;
    private readonly TimeProvider _clock;
    private FileStream _file;

    /// <summary>Opens the file, or goes on at its end.</summary>
    /// <param name="path">kube-apiserver: --audit-log-path</param>
    /// <param name="maxMegabytes">kube-apiserver: --audit-log-maxsize</param>
    /// <param name="maxBackups">kube-apiserver: --audit-log-maxbackup; 0 keeps all</param>
    /// <param name="clock">Names the files put aside.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public AuditLog(string path, int maxMegabytes, int maxBackups, TimeProvider clock)
    {
        (_path, _maxBytes, _maxBackups, _clock) = (path, maxMegabytes * 1024L * 1024L, maxBackups, clock);
        _file = Open();
    }

    /// <summary>Appends one event.</summary>
    /// <param name="line">The event as JSON, without its end of line.</param>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            if (_maxBytes > 0 && _file.Length > 0 && _file.Length + line.Length + 1 > _maxBytes)
                PutAside();
            _file.Write(line);
            _file.WriteByte((byte)'\n');
            _file.Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void PutAside()
    {
        _file.Dispose();
        File.Move(_path, Aside(_clock.GetUtcNow().ToString("yyyy-MM-ddTHH-mm-ss.fff", CultureInfo.InvariantCulture)), overwrite: true);
        _file = Open();
        if (_maxBackups == 0)
            return;
        var pattern = Path.GetFileName(Aside("*"));
        foreach (var old in Directory.GetFiles(Path.GetDirectoryName(Path.GetFullPath(_path))!, pattern).OrderDescending(StringComparer.Ordinal).Skip(_maxBackups))
            File.Delete(old);
    }

    // lumberjack's form: audit-2026-01-02T03-04-05.678.log
    private string Aside(string time) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(_path))!, $"{Path.GetFileNameWithoutExtension(_path)}-{time}{Path.GetExtension(_path)}");

    private FileStream Open()
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(_path, options);
    }
}
