using System.Diagnostics;

namespace ControlPlane.TestKit;

/// <summary>
/// A real file system (ext4 in a file) that can be frozen: whoever writes to it or syncs then waits, as for a disk that has stopped answering.
/// Making one takes root.
/// </summary>
public sealed class FreezableDisk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private bool _isFrozen;

    /// <summary>Makes and mounts one.</summary>
    public FreezableDisk(int megabytes)
    {
        var image = _directory["image"];
        using (var file = File.Create(image))
            file.SetLength((long)megabytes << 20);
        Run("mkfs.ext4", "-q", image);
        Directory.CreateDirectory(Path);
        try
        {
            Run("mount", "-o", "loop", image, Path);
        }
        catch
        {
            _directory.Dispose();
            throw;
        }
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => _directory["mounted"];

    /// <summary>From now on nothing is written.</summary>
    public void Freeze()
    {
        Run("fsfreeze", "-f", Path);
        _isFrozen = true;
    }

    /// <summary>Lets the waiting writes happen.</summary>
    public void Thaw()
    {
        if (_isFrozen)
            Run("fsfreeze", "-u", Path);
        _isFrozen = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Thaw();
        Run("umount", Path);
        _directory.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} has failed: {error}");
    }
}
