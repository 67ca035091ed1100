using ControlPlane.Node.Runtime.Cri.Protocol;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>Resources to and from CRI's messages.</summary>
internal static class ResourceMessages
{
    /// <summary>What a container may use.</summary>
    public static LinuxContainerResources ToMessage(ContainerResources resources)
    {
        var message = new LinuxContainerResources
        {
            CpuPeriod = resources.CpuPeriod,
            CpuQuota = resources.CpuQuota,
            CpuShares = resources.CpuShares,
            MemoryLimitInBytes = resources.MemoryLimit,
            MemorySwapLimitInBytes = resources.MemorySwapLimit,
            OomScoreAdj = resources.OomScoreAdjust,
            CpusetCpus = resources.CpusetCpus,
            CpusetMems = resources.CpusetMems,
        };
        message.HugepageLimits.Add(resources.HugePageLimits.Select(limit => new HugepageLimit { PageSize = limit.Key, Limit = limit.Value }));
        CriValues.Copy(resources.Unified, message.Unified);
        return message;
    }

    /// <summary>What a container may use, as the runtime tells it; null where it doesn't.</summary>
    public static ContainerResources? FromMessage(LinuxContainerResources? message) => message is null ? null : new()
    {
        CpuPeriod = message.CpuPeriod,
        CpuQuota = message.CpuQuota,
        CpuShares = message.CpuShares,
        MemoryLimit = message.MemoryLimitInBytes,
        MemorySwapLimit = message.MemorySwapLimitInBytes,
        OomScoreAdjust = message.OomScoreAdj,
        CpusetCpus = message.CpusetCpus,
        CpusetMems = message.CpusetMems,
        HugePageLimits = message.HugepageLimits.ToDictionary(limit => limit.PageSize, limit => limit.Limit),
        Unified = CriValues.Copy(message.Unified),
    };
}
