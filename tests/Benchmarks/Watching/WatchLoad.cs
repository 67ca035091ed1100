using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.Client.Https;

namespace ControlPlane.Benchmarks.Watching;

/// <summary>
/// What watches cost a running server: memory of many that are idle, and the peak when a thousand informers come back at once. Linux, same machine.
/// Usage: <c>watches KUBECONFIG PID [connections] [streams] [informers] [pods]</c>; 100, 100, 1000 and 2000 if not said.
/// </summary>
/// <remarks>
/// Memory is the server's resident set, and its high-water mark, which is reset before each part (<c>/proc/PID/clear_refs</c>: needs its owner or root).
/// All is measured in one run after a warm-up of the same, so that what the server keeps for ever does not count as a watch's.
/// </remarks>
internal static class WatchLoad
{
    private const string Maps = "api/v1/namespaces/watch-load/configmaps";
    private const int ValueBytes = 3300;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var config, var process, .. var rest] || !int.TryParse(process, CultureInfo.InvariantCulture, out var pid))
        {
            await Console.Error.WriteLineAsync("watches KUBECONFIG PID [connections] [streams] [informers] [pods]");
            return 1;
        }

        var numbers = rest.Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        var (connections, streams) = (At(numbers, 0, 100), At(numbers, 1, 100));
        var server = new ServerMemory(pid);
        var access = Kubeconfig.Load(config, "", TimeProvider.System);
        using var admin = new InformerConnection(access);
        await MakeObjectsAsync(admin, At(numbers, 3, 2000));

        await IdleAsync(server, access, connections / 10, streams, "idle (warm-up)");
        await IdleAsync(server, access, connections, streams, "idle");
        await ReconnectAsync(server, access, At(numbers, 2, 1000), connections, "list + watch", static (client, cancel) => client.ListAndWatchAsync(Maps, cancel));
        await ReconnectAsync(server, access, At(numbers, 2, 1000), connections, "watch list", static (client, cancel) => client.WatchListAsync(Maps, cancel));
        return 0;
    }

    private static async Task IdleAsync(ServerMemory server, HttpsTransportOptions access, int connections, int streams, string name)
    {
        var before = await server.SettledAsync();
        var clients = Enumerable.Range(0, connections).Select(_ => new InformerConnection(access)).ToArray();
        await Parallel.ForEachAsync(clients, async (client, cancel) =>
        {
            for (var i = 0; i < streams; i++)
                await client.WatchAsync("api/v1/namespaces/nowhere/configmaps?watch=true&allowWatchBookmarks=true&timeoutSeconds=3000", cancel);
        });
        var after = await server.SettledAsync();
        var count = connections * streams;
        Console.WriteLine($"{name,-16} {count:N0} watches on {connections} connections: {before >> 20} -> {after >> 20} MiB, {(after - before) / (double)count / 1000:0.0} kB each, peak {server.Peak() >> 20} MiB");
        foreach (var client in clients)
            client.Dispose();
    }

    private static async Task ReconnectAsync(
        ServerMemory server, HttpsTransportOptions access, int informers, int connections, string name, Func<InformerConnection, CancellationToken, Task<long>> informAsync)
    {
        var clients = new List<InformerConnection>();
        var steady = 0L;
        // The first time they come one after the other, as a cluster grows.
        for (var round = 0; round < 3; round++)
        {
            server.ResetPeak();
            var clock = Stopwatch.StartNew();
            var started = Enumerable.Range(0, connections).Select(_ => new InformerConnection(access)).ToArray();
            var listed = 0L;
            await Parallel.ForEachAsync(Enumerable.Range(0, informers), new ParallelOptions { MaxDegreeOfParallelism = round == 0 ? 4 : informers }, async (i, cancel) =>
                Interlocked.Add(ref listed, await informAsync(started[i % connections], cancel)));
            var elapsed = clock.Elapsed;
            var peak = server.Peak();
            var settled = await server.SettledAsync();
            Console.WriteLine(round == 0
                ? $"{name,-16} {informers:N0} informers, one after the other: {settled >> 20} MiB"
                : $"{name,-16} {informers:N0} at once, {listed >> 20} MiB in {elapsed.TotalSeconds:0.0} s: peak {peak >> 20} MiB, {peak / (double)steady:0.00} of the steady {steady >> 20} MiB; afterwards {settled >> 20} MiB");
            steady = round == 0 ? settled : steady;
            clients.ForEach(client => client.Dispose());
            clients = [.. started];
        }

        clients.ForEach(client => client.Dispose());
    }

    private static async Task MakeObjectsAsync(InformerConnection admin, int count)
    {
        await admin.PostAsync("api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "watch-load" } });
        var value = new string('v', ValueBytes);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            await admin.PostAsync(Maps, new JsonObject { ["metadata"] = new JsonObject { ["name"] = $"m{i}" }, ["data"] = new JsonObject { ["k"] = value } }));
    }

    private static int At(int[] numbers, int place, int otherwise) => numbers.ElementAtOrDefault(place) is > 0 and var number ? number : otherwise;
}
