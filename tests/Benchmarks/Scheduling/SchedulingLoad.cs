using System.Diagnostics;
using System.Globalization;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.ServerKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Benchmarks.Scheduling;

/// <summary>Pods made, bound and seen bound a second: <c>scheduling [pods] [nodes] [workers]</c>. Server, store and scheduler are in this process; nothing is held back.</summary>
internal static class SchedulingLoad
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (pods, nodes, workers) = (Number(args, 0, 3000), Number(args, 1, 1000), Number(args, 2, 32));
        await using var server = await ApiServerFixture.StartAsync();
        var admin = new ApiClient(server.AsAdmin());
        await admin.CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "default", Name = "default" } }, CancellationToken.None);
        await EachAsync(nodes, workers, i => CreateNodeAsync(admin, i));
        using var end = new CancellationTokenSource();
        var transport = server.As(UserInfo.Of("system:kube-scheduler", UserInfo.Authenticated), "kube-scheduler");
        var informers = new InformerSet(transport, TimeProvider.System, new Random(1), NullLoggerFactory.Instance);
        var scheduler = new Scheduler.Scheduler(transport, informers, TimeProvider.System, new Random(2), NullLoggerFactory.Instance);
        var running = Task.WhenAll(informers.RunAsync(end.Token), scheduler.RunAsync(end.Token));
        await informers.WaitForSyncAsync(end.Token);
        await MeasureAsync(admin, informers.Of<Pod>(), "warm", pods, workers);
        await MeasureAsync(admin, informers.Of<Pod>(), "run", pods, workers);
        await end.CancelAsync();
        await running;
        return 0;
    }

    private static async Task MeasureAsync(ApiClient api, Informer<Pod> informer, string name, int pods, int workers)
    {
        var bound = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watching = informer.Subscribe(change =>
        {
            if (change is { IsInitial: false, After.Spec.NodeName.Length: > 0, Before.Spec.NodeName.Length: 0 } && Interlocked.Increment(ref bound) == pods)
                all.TrySetResult();
        });
        var watch = Stopwatch.StartNew();
        await EachAsync(pods, workers, i => api.CreateAsync(PodOf($"{name}-{i}"), CancellationToken.None));
        var created = watch.Elapsed;
        await all.Task.WaitAsync(TimeSpan.FromMinutes(5));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {pods} pods created in {created.TotalSeconds:0.00} s ({pods / created.TotalSeconds:0}/s), bound and seen after {watch.Elapsed.TotalSeconds:0.00} s ({pods / watch.Elapsed.TotalSeconds:0}/s)"));
    }

    private static async Task CreateNodeAsync(ApiClient api, int number)
    {
        var amounts = ValueMap.ToValueMap<Quantity>([new("cpu", new Quantity(32)), new("memory", Quantity.Parse("64Gi")), new("pods", new Quantity(110))]);
        var name = $"node-{number:0000}";
        var node = await api.CreateAsync(new Node { Metadata = new ObjectMeta { Name = name } }, CancellationToken.None);
        node = await api.UpdateStatusAsync(node with { Status = new NodeStatus { Allocatable = amounts, Capacity = amounts } }, CancellationToken.None);
        // What the node lifecycle controller does once the node is ready.
        await api.UpdateAsync(node with { Spec = node.Spec with { Taints = [] } }, CancellationToken.None);
    }

    private static Pod PodOf(string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name, Labels = ValueMap.Of("app", "load") },
        Spec = new PodSpec
        {
            Containers =
            [
                new Container
                {
                    Name = "main",
                    Image = "registry.example/app:1",
                    Resources = new ResourceRequirements { Requests = ValueMap.ToValueMap<Quantity>([new("cpu", Quantity.FromMilli(100)), new("memory", Quantity.Parse("64Mi"))]) },
                },
            ],
        },
    };

    private static Task EachAsync(int count, int workers, Func<int, Task> workAsync) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = workers }, async (i, _) => await workAsync(i));

    private static int Number(string[] args, int index, int missing) =>
        args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : missing;
}
