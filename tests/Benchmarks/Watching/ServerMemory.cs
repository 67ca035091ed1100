using System.Globalization;

namespace ControlPlane.Benchmarks.Watching;

/// <summary>The resident memory of another process, in bytes, as Linux counts it.</summary>
internal sealed class ServerMemory(int pid)
{
    // Garbage goes when the collector finds time for it, and the heap's pages some time after.
    private const int Looks = 12;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The most there was since <see cref="ResetPeak"/>.</summary>
    public long Peak() => Read("VmHWM:");

    /// <summary>Begins to look for the most anew.</summary>
    public void ResetPeak() => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    /// <summary>The least there is over some seconds of rest.</summary>
    public async Task<long> SettledAsync()
    {
        var least = long.MaxValue;
        using var timer = new PeriodicTimer(Pause);
        for (var i = 0; i < Looks; i++)
        {
            least = Math.Min(least, Read("VmRSS:"));
            await timer.WaitForNextTickAsync();
        }

        return least;
    }

    private long Read(string line) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").First(one => one.StartsWith(line, StringComparison.Ordinal))[line.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture) * 1024;
}
