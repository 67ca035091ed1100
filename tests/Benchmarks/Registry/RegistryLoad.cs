using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Writes;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;
using CreateRequest = ControlPlane.Registry.Writes.CreateRequest;

namespace ControlPlane.Benchmarks.Registry;

/// <summary>
/// Pods of 3.6 kB through the registry on the embedded store, without HTTP: creates, gets, lists, updates under a hundred watchers, deletes.
/// Usage: <c>registry [workers] [seconds a phase] [watchers]</c>; 32, 3 and 100 if not said.
/// </summary>
internal static class RegistryLoad
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var numbers = arguments.Select(argument => int.Parse(argument, CultureInfo.InvariantCulture)).ToArray();
        var workers = numbers.ElementAtOrDefault(0) is > 0 and var w ? w : 32;
        var seconds = numbers.ElementAtOrDefault(1) is > 0 and var s ? s : 3;
        var watchers = numbers.ElementAtOrDefault(2) is > 0 and var v ? v : 100;

        using var directory = new TemporaryDirectory();
        await using var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = directory["store.db"] }, CancellationToken.None);
        var catalog = new ResourceCatalog(store, new RegistryOptions(), TimeProvider.System, new Random(1), NullLogger<ResourceCatalog>.Instance);
        using var ending = new CancellationTokenSource();
        var running = catalog.RunAsync(ending.Token);
        var kind = new PodKind();
        await catalog.AddAsync([kind], CancellationToken.None);
        var pods = catalog.StoreOf(kind);

        var created = new int[workers];
        await MeasureAsync("create", workers, seconds, async worker =>
        {
            await pods.CreateAsync(Pod(worker, created[worker]), new CreateRequest { Context = Context() }, CancellationToken.None);
            created[worker]++;
            return 1;
        });
        var held = created.Sum();
        Console.WriteLine($"         {held:N0} pods of {(await pods.GetAsync(new ObjectKey("n0", "pod-0"), "", CancellationToken.None)).Json.Length:N0} bytes");
        await MeasureAsync("get", workers, seconds, async worker =>
            (await pods.GetAsync(new ObjectKey($"n{worker}", "pod-0"), "", CancellationToken.None)).Json.Length > 0 ? 1 : 0);
        await MeasureAsync("list", 2, seconds, async _ => (await pods.ListAsync(new ListRequest(), CancellationToken.None)).Items.Sum(one => one.JsonItemTail.Length) > 0 ? 1 : 0);
        var red = ObjectSelection.Parse(kind, "tenth=3", "");
        await MeasureAsync("select", 2, seconds, async _ =>
            (await pods.ListAsync(new ListRequest { Selection = red }, CancellationToken.None)).Items.Sum(one => one.JsonItemTail.Length) > 0 ? 1 : 0);
        await UpdateUnderWatchAsync(pods, workers, seconds, watchers);
        await MeasureAsync("delete", workers, seconds, async worker =>
        {
            if (--created[worker] < 0)
                return 0;
            await pods.DeleteAsync(new ObjectKey($"n{worker}", $"pod-{created[worker]}"), new DeleteRequest { Context = Context() }, CancellationToken.None);
            return 1;
        });
        Console.WriteLine($"heap {GC.GetTotalMemory(true) >> 20} MiB, process {Environment.WorkingSet >> 20} MiB");
        await ending.CancelAsync();
        await running;
        return 0;
    }

    private static async Task UpdateUnderWatchAsync(ResourceStore pods, int workers, int seconds, int watchers)
    {
        var told = 0L;
        using var ending = new CancellationTokenSource();
        var watching = Enumerable.Range(0, watchers).Select(_ => Task.Run(async () =>
        {
            using var watch = await pods.WatchAsync(new WatchRequest { ResourceVersion = (await pods.ListAsync(new ListRequest { Limit = 1 }, default)).ResourceVersion }, default);
            try
            {
                while (await watch.WaitToReadAsync(ending.Token))
                {
                    while (watch.TryRead(out var item))
                        Interlocked.Add(ref told, item.Object!.Json.Length > 0 ? 1 : 0);
                }

                Console.WriteLine("         a watcher was too slow");
            }
            catch (OperationCanceledException)
            {
            }
        })).ToArray();
        var number = 0;
        var clock = Stopwatch.StartNew();
        await MeasureAsync("update", workers, seconds, async worker =>
        {
            var label = Interlocked.Increment(ref number).ToString(CultureInfo.InvariantCulture);
            await pods.UpdateAsync(
                new ObjectKey($"n{worker}", "pod-0"),
                (current, _) => new(current!.Record.WithMetadata(current.Record.Metadata with { Annotations = ValueMap.Of("n", label) })),
                new UpdateRequest { Context = Context() },
                default);
            return 1;
        });
        await Eventually.TrueAsync(() => Interlocked.Read(ref told) >= (long)number * watchers, TimeSpan.FromSeconds(30));
        Console.WriteLine($"watch    {told / clock.Elapsed.TotalSeconds,9:N0} events/s to {watchers} watchers");
        await ending.CancelAsync();
        await Task.WhenAll(watching);
    }

    private static async Task MeasureAsync(string name, int workers, int seconds, Func<int, Task<int>> workAsync)
    {
        var clock = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        var done = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            var count = 0;
            while (clock.Elapsed.TotalSeconds < seconds && await workAsync(worker) == 1)
                count++;
            return count;
        })));
        var used = Environment.CpuUsage.TotalTime - cpu;
        Console.WriteLine($"{name,-8} {done.Sum() / clock.Elapsed.TotalSeconds,9:N0}/s  {used.TotalMicroseconds / Math.Max(1, done.Sum()),9:N0} us of processor each");
    }

    private static WriteContext Context() => new("load", "", [], ImmutableDictionary<string, ImmutableArray<string>>.Empty, TimeProvider.System.GetUtcNow());

    private static Pod Pod(int worker, int number) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = $"pod-{number}",
            Namespace = $"n{worker}",
            Labels = new Dictionary<string, string> { ["app"] = "load", ["tenth"] = (number % 10).ToString(CultureInfo.InvariantCulture) }.ToValueMap(),
        },
        Spec = new PodSpec
        {
            NodeName = $"node-{number % 100}",
            Containers =
            [
                new Container
                {
                    Name = "main",
                    Image = "registry.example.com/team/application:v1.2.3",
                    Env = Enumerable.Range(0, 40).Select(i => new EnvVar { Name = $"SOME_SETTING_{i}", Value = $"a value of some length, number {i}" }).ToValueList(),
                },
            ],
        },
    };

    private sealed class PodKind : ResourceDefinition<Pod>
    {
        protected override void Declare(Declaration<Pod> resource) => resource
            .WithStatus((pod, other) => pod with { Status = other.Status })
            .Selectable("spec.nodeName", pod => pod.Spec.NodeName);
    }
}
