using ControlPlane.Machinery.Trees;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>The operator's file: read at the start, and again when it has changed.</summary>
/// <remarks>
/// It is looked at when somebody asks, at most once in a period; no notifications, which network file systems and ConfigMap mounts do not give. A change counts
/// once it is some seconds old or two looks have found the same, so that a file which is being written is not read half. A file that cannot be used is told
/// of, and what was last good stays: a slip of the operator's must not delete nodes.
/// </remarks>
internal sealed partial class StaticFile
{
    private const long MaxBytes = 16 << 20; // 5,000 machines, the most that Kubernetes is specified for, take a megabyte

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5); // kube-controller-manager: --node-monitor-period
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2); // longer than the coarsest file time

    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private StaticInventory _inventory;
    private Stamp _read;
    private Stamp _seen;
    private long _lookedAt;

    /// <summary>Reads it.</summary>
    /// <exception cref="CloudException">It cannot be read, or says what cannot be.</exception>
    public StaticFile(string path, TimeProvider clock, ILogger log)
    {
        (_path, _clock, _log) = (path, clock, log);
        _read = _seen = Stamp.Of(path);
        _inventory = Load();
        _lookedAt = clock.GetTimestamp();
    }

    /// <summary>What it says, or said when it could last be used.</summary>
    public StaticInventory Read()
    {
        lock (_lock)
        {
            if (_clock.GetElapsedTime(_lookedAt) >= Period)
                Look();
            return _inventory;
        }
    }

    private void Look()
    {
        _lookedAt = _clock.GetTimestamp();
        var stamp = Stamp.Of(_path);
        if (stamp == _read)
            return;
        var isSettled = stamp == _seen || _clock.GetUtcNow() - stamp.Written >= Settling;
        _seen = stamp;
        if (isSettled)
            Reload(stamp);
    }

    private void Reload(Stamp stamp)
    {
        _read = stamp;
        try
        {
            _inventory = Load();
            Reloaded(_log, _path, _inventory.Machines.Count);
        }
        catch (CloudException unusable)
        {
            Unusable(_log, unusable);
        }
    }

    private StaticInventory Load()
    {
        try
        {
            if (new FileInfo(_path).Length > MaxBytes)
                throw new CloudException($"{_path} is larger than {MaxBytes} bytes");
            return StaticInventory.Parse(YamlReader.Read(File.ReadAllBytes(_path)));
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or TreeFormatException or FormatException)
        {
            throw new CloudException($"{_path} cannot be used: {unusable.Message}", unusable);
        }
    }

    [LoggerMessage(LogLevel.Information, "Read {Path} again: {Machines} machines")]
    private static partial void Reloaded(ILogger log, string path, int machines);

    [LoggerMessage(LogLevel.Warning, "The list of machines has changed but is not used; what it said before still counts")]
    private static partial void Unusable(ILogger log, Exception reason);

    /// <summary>What tells one state of a file from another; a file that is not there has a stamp, too.</summary>
    private readonly record struct Stamp(DateTimeOffset Written, long Length)
    {
        public static Stamp Of(string path)
        {
            var file = new FileInfo(path);
            return file.Exists ? new(file.LastWriteTimeUtc, file.Length) : default;
        }
    }
}
