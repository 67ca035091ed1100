using System.Globalization;
using System.Runtime.InteropServices;
using ControlPlane.Node.Installation;
using ControlPlane.Node.Pods;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Registration;

/// <summary>What the machine says of itself, read once at the agent's start.</summary>
internal static class MachineFacts
{
    private const string Version = "v1.36.0"; // the API that is served; what `kubectl get nodes` shows

    /// <summary>The node's <c>status.nodeInfo</c>.</summary>
    public static NodeSystemInfo Read(string runtimeName, string runtimeVersion) => new()
    {
        MachineID = ReadLine("/etc/machine-id"),
        SystemUUID = ReadLine("/sys/class/dmi/id/product_uuid") is { Length: > 0 } uuid ? uuid : ReadLine("/etc/machine-id"),
        BootID = ReadLine("/proc/sys/kernel/random/boot_id"),
        KernelVersion = ReadLine("/proc/sys/kernel/osrelease"),
        OsImage = OsRelease.Read().PrettyName,
        ContainerRuntimeVersion = $"{runtimeName}://{runtimeVersion}",
        KubeletVersion = Version,
        OperatingSystem = "linux",
        Architecture = Architecture,
    };

    /// <summary>Go's name of the processor architecture.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>How much the machine has, or as much of it as the agent's own control group leaves it.</summary>
    /// <param name="directory">Where pods' files go: its disk is the one that counts.</param>
    public static NodeCapacity ReadCapacity(string directory)
    {
        Directory.CreateDirectory(directory);
        var memory = Math.Min(ReadMemory(), GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var available ? available : long.MaxValue);
        return new NodeCapacity(Environment.ProcessorCount, memory, new DriveInfo(directory).TotalSize);
    }

    /// <summary>Pages of 1 Gi and 2 Mi that are set aside, in bytes by size.</summary>
    public static (long Gigabyte, long Megabytes) ReadHugePages() => (ReadHugePages(1048576), ReadHugePages(2048));

    private static long ReadHugePages(long kilobytes) =>
        long.TryParse(ReadLine($"/sys/kernel/mm/hugepages/hugepages-{kilobytes}kB/nr_hugepages"), CultureInfo.InvariantCulture, out var pages) ? pages * kilobytes * 1024 : 0;

    private static long ReadMemory()
    {
        var line = File.ReadLines("/proc/meminfo").First(static line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static string ReadLine(string path)
    {
        try
        {
            return File.ReadLines(path).FirstOrDefault() ?? "";
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
