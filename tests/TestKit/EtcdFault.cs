namespace ControlPlane.TestKit;

/// <summary>What can befall a cluster of three without stopping it.</summary>
public enum EtcdFault
{
    /// <summary>The leader is killed.</summary>
    LeaderKilled,

    /// <summary>The leader is alone, while its clients still reach it.</summary>
    LeaderIsolated,

    /// <summary>The leader is reached by nobody; packets to it vanish.</summary>
    LeaderCutOff,

    /// <summary>The leader stands still with its connections open, and then goes on as if no time had passed.</summary>
    LeaderPaused,

    /// <summary>The leader's disk takes a fifth of a second for whatever it does.</summary>
    LeaderDiskSlow,

    /// <summary>The leader's disk stops answering.</summary>
    LeaderDiskStuck,

    /// <summary>Another member is alone, while its clients still reach it.</summary>
    FollowerIsolated,

    /// <summary>Another member's disk stops answering: it hears of its leader, and learns nothing.</summary>
    FollowerDiskStuck,
}

/// <summary>Makes faults, and heals them.</summary>
public static class EtcdFaults
{
    private static readonly TimeSpan Stall = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan BetweenStalls = TimeSpan.FromMilliseconds(20);

    /// <summary>Does something under a fault; afterwards, also when that failed, the cluster is healed, and all members are healthy when it returns.</summary>
    public static async Task UnderAsync(EtcdCluster cluster, EtcdFault fault, Func<Task> body)
    {
        var leader = await cluster.LeaderAsync();
        var follower = cluster.Members.First(member => member != leader);
        await (fault switch
        {
            EtcdFault.LeaderKilled => BetweenAsync(leader.Process.KillAsync, body, leader.Process.StartAgainAsync),
            EtcdFault.LeaderIsolated => BetweenAsync(leader.IsolateAsync, body, leader.HealAsync),
            EtcdFault.LeaderCutOff => BetweenAsync(leader.CutOffAsync, body, leader.HealAsync),
            EtcdFault.LeaderPaused => BetweenAsync(leader.Process.PauseAsync, body, leader.Process.ResumeAsync),
            EtcdFault.LeaderDiskSlow => WithSlowDiskAsync(leader.Disk, body),
            EtcdFault.LeaderDiskStuck => WithStuckDiskAsync(leader.Disk, body),
            EtcdFault.FollowerIsolated => BetweenAsync(follower.IsolateAsync, body, follower.HealAsync),
            EtcdFault.FollowerDiskStuck => WithStuckDiskAsync(follower.Disk, body),
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        });
        await cluster.HealthyAsync();
    }

    private static async Task BetweenAsync(Func<Task> begin, Func<Task> body, Func<Task> end)
    {
        await begin();
        try
        {
            await body();
        }
        finally
        {
            await end();
        }
    }

    private static async Task WithStuckDiskAsync(FreezableDisk disk, Func<Task> body)
    {
        disk.Freeze();
        try
        {
            await body();
        }
        finally
        {
            disk.Thaw();
        }
    }

    private static async Task WithSlowDiskAsync(FreezableDisk disk, Func<Task> body)
    {
        var done = body();
        while (!done.IsCompleted)
        {
            await WithStuckDiskAsync(disk, () => Task.Delay(Stall));
            await Task.Delay(BetweenStalls);
        }

        await done;
    }
}
