using ControlPlane.Node.Runtime.Cri.Protocol;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>Usage from CRI's messages.</summary>
internal static class UsageMessages
{
    /// <summary>What a container uses.</summary>
    public static ContainerUsage FromMessage(ContainerStats stats) => new()
    {
        Id = new ContainerId(stats.Attributes.Id),
        Name = stats.Attributes.Metadata.Name,
        Labels = CriValues.Copy(stats.Attributes.Labels),
        Cpu = FromMessage(stats.Cpu),
        Memory = FromMessage(stats.Memory),
        WritableLayer = stats.WritableLayer is { } layer ? FromMessage(layer) : null,
    };

    /// <summary>What a sandbox uses.</summary>
    public static SandboxUsage FromMessage(PodSandboxStats stats) => new()
    {
        Id = new SandboxId(stats.Attributes.Id),
        Identity = SandboxMessages.FromMessage(stats.Attributes.Metadata),
        Cpu = FromMessage(stats.Linux?.Cpu),
        Memory = FromMessage(stats.Linux?.Memory),
        Interfaces = Interfaces(stats.Linux?.Network),
        Processes = stats.Linux?.Process?.ProcessCount?.Value,
        Containers = stats.Linux is { } linux ? [.. linux.Containers.Select(FromMessage)] : [],
    };

    /// <summary>What lies at a place.</summary>
    public static FilesystemUsage FromMessage(Protocol.FilesystemUsage usage) =>
        new(CriValues.Time(usage.Timestamp), usage.FsId?.Mountpoint ?? "", usage.UsedBytes?.Value ?? 0, usage.InodesUsed?.Value ?? 0);

    private static CpuUsage? FromMessage(Protocol.CpuUsage? usage) =>
        usage is null ? null : new(CriValues.Time(usage.Timestamp), usage.UsageCoreNanoSeconds?.Value ?? 0, usage.UsageNanoCores?.Value);

    private static MemoryUsage? FromMessage(Protocol.MemoryUsage? usage) => usage is null ? null : new(
        CriValues.Time(usage.Timestamp),
        usage.WorkingSetBytes?.Value,
        usage.AvailableBytes?.Value,
        usage.UsageBytes?.Value,
        usage.RssBytes?.Value,
        usage.PageFaults?.Value,
        usage.MajorPageFaults?.Value);

    private static IReadOnlyList<InterfaceUsage> Interfaces(NetworkUsage? network)
    {
        if (network?.DefaultInterface is not { } first)
            return [];
        return [FromMessage(first), .. network.Interfaces.Where(other => other.Name != first.Name).Select(FromMessage)];
    }

    private static InterfaceUsage FromMessage(NetworkInterfaceUsage usage) =>
        new(usage.Name, usage.RxBytes?.Value ?? 0, usage.RxErrors?.Value ?? 0, usage.TxBytes?.Value ?? 0, usage.TxErrors?.Value ?? 0);
}
