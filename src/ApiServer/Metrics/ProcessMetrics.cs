using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace ControlPlane.ApiServer.Metrics;

/// <summary>process_*: what Prometheus' client libraries tell of the process they are in.</summary>
public sealed class ProcessMetrics : IDisposable
{
    private readonly Meter _meter = new("ControlPlane.Process");

    /// <summary>Begins to tell.</summary>
    public ProcessMetrics()
    {
        _meter.CreateObservableCounter("process_cpu_seconds_total", static () => Of(process => process.TotalProcessorTime.TotalSeconds), description: "Total user and system CPU time spent in seconds.");
        _meter.CreateObservableGauge("process_resident_memory_bytes", static () => Of(process => process.WorkingSet64), description: "Resident memory size in bytes.");
        _meter.CreateObservableGauge("process_virtual_memory_bytes", static () => Of(process => process.VirtualMemorySize64), description: "Virtual memory size in bytes.");
        _meter.CreateObservableGauge("process_start_time_seconds", static () => Of(StartSeconds), description: "Start time of the process since unix epoch in seconds.");
        if (!OperatingSystem.IsLinux())
            return;
        _meter.CreateObservableGauge("process_open_fds", static () => (double)Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(), description: "Number of open file descriptors.");
        _meter.CreateObservableGauge("process_max_fds", MaxOpenFiles, description: "Maximum number of open file descriptors.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static double Of(Func<Process, double> measure)
    {
        using var process = Process.GetCurrentProcess();
        return measure(process);
    }

    private static double StartSeconds(Process process) => (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;

    private static double MaxOpenFiles()
    {
        var line = File.ReadLines("/proc/self/limits").FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..]
            && double.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : double.PositiveInfinity;
    }
}
