using System.Diagnostics;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests.Faults;

/// <summary>A real file system of a few MiB (tmpfs), mounted for one test; making one takes root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public SmallDisk(int megabytes)
    {
        Directory.CreateDirectory(Path);
        Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Path);
    }

    public string Path => _directory["mounted"];

    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", Path);

    public void MakeWritable() => Run("mount", "-o", "remount,rw", Path);

    /// <summary>Fills what is left of it with one file, and gives its path.</summary>
    public string Fill()
    {
        var path = System.IO.Path.Combine(Path, "filler");
        try
        {
            using var filler = File.OpenWrite(path);
            var block = new byte[4096];
            while (true)
            {
                filler.Write(block);
                filler.Flush();
            }
        }
        catch (IOException)
        {
            return path; // it is full
        }
    }

    public void Dispose()
    {
        Run("umount", "-l", Path);
        _directory.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} has failed: {error}");
    }
}
