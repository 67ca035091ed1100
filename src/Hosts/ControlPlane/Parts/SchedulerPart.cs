using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>The scheduler, with its own user's rights.</summary>
internal sealed class SchedulerPart(StorePart store, ApiServerPart server, ControllerOptions options, string identity, TimeProvider time, ILoggerFactory logs) : Part
{
    public override string Name => "scheduler";

    public override IReadOnlyList<Part> Needs => [store, server];

    public override async Task RunAsync(Action ready, CancellationToken stop)
    {
        var transport = server.Server.As(UserInfo.Of("system:kube-scheduler", UserInfo.Authenticated), "kube-scheduler");
        ready();
        await Leadership.RunAsync(
            store.IsExclusive || !options.LeaderElect,
            new ApiClient(transport),
            new LeaderElectionOptions { Lease = new ObjectKey("kube-system", "kube-scheduler"), Identity = identity },
            time,
            logs,
            async cancel =>
            {
                // Who leads again schedules from a fresh view: nothing is assumed of the time in between.
                var informers = new InformerSet(transport, time, new Random(), logs);
                var scheduler = new Scheduler.Scheduler(transport, informers, time, new Random(), logs);
                await Task.WhenAll(informers.RunAsync(cancel), scheduler.RunAsync(cancel));
            },
            stop);
    }
}
