using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>The scheduler, with the rights of system:kube-scheduler.</summary>
internal sealed class SchedulerPart(
    StorePart store, ApiServerPart server, LeadershipOptions leadership, string identity, TimeProvider time, ILoggerFactory logs) : Part
{
    private static readonly UserInfo User = UserInfo.Of("system:kube-scheduler", UserInfo.Authenticated);

    public override string Name => "scheduler";

    public override IReadOnlyList<Part> Needs => [store, server];

    public override async Task RunAsync(Action ready, CancellationToken stop)
    {
        var transport = server.Server.As(User, "kube-scheduler");
        ready();
        await Leadership.RunAsync(
            store.IsExclusive || !leadership.LeaderElect,
            new ApiClient(transport),
            leadership.For("kube-scheduler", identity),
            time,
            logs,
            cancel => ScheduleAsync(transport, cancel),
            stop);
    }

    private Task ScheduleAsync(Machinery.Transport.IApiTransport transport, CancellationToken cancel)
    {
        var informers = new InformerSet(transport, time, new Random(), logs);
        var scheduler = new Scheduler.Scheduler(transport, informers, time, new Random(), logs);
        return Task.WhenAll(informers.RunAsync(cancel), scheduler.RunAsync(cancel));
    }
}
