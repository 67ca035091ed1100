using System.Diagnostics;
using System.Globalization;
using System.Net;
using ControlPlane.Benchmarks.Watching;
using ControlPlane.Client.Https;
using ControlPlane.Storage;
using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;

namespace ControlPlane.Benchmarks.Starting;

/// <summary>
/// How long a server takes to start over many objects, what memory it then has, and what a list of all pods costs it.
/// Usage: <c>start CONTROLPLANE [pods] [configmaps] [directory]</c>; 100,000 and 50,000 if not said. CONTROLPLANE is the program's file; a directory that is
/// named is kept, and used again as it is.
/// </summary>
internal static class StartLoad
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var program, .. var rest])
        {
            await Console.Error.WriteLineAsync("start CONTROLPLANE [pods] [configmaps] [directory]");
            return 1;
        }

        var numbers = rest.Take(2).Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        var (pods, maps) = (numbers.ElementAtOrDefault(0) is > 0 and var p ? p : 100_000, numbers.ElementAtOrDefault(1) is > 0 and var m ? m : 50_000);
        using var temporary = new TemporaryDirectory();
        var data = rest.ElementAtOrDefault(2) ?? temporary.Path;
        if (!Directory.Exists(Path.Combine(data, "storage")))
        {
            // The first start makes the keys and the objects that every cluster has.
            await MeasureAsync(program, data, "empty", static _ => Task.CompletedTask);
            await FillAsync(Path.Combine(data, "storage", "controlplane.db"), pods, maps);
        }

        await MeasureAsync(program, data, $"{pods:N0} pods, {maps:N0} config maps", server => ListAsync(server, Path.Combine(data, "admin.conf")));
        return 0;
    }

    private static async Task MeasureAsync(string program, string data, string name, Func<ServerMemory, Task> thenAsync)
    {
        var port = FreePort.Take(1)[0];
        var clock = Stopwatch.StartNew();
        using var server = Process.Start(new ProcessStartInfo(program,
            ["up", "--no-agent", "--data-dir", data, "--bind-address", "127.0.0.1", "--secure-port", port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            server.OutputDataReceived += static (_, _) => { };
            server.ErrorDataReceived += static (_, _) => { };
            server.BeginOutputReadLine();
            server.BeginErrorReadLine();
            await ReadyAsync(port, clock);
            var memory = new ServerMemory(server.Id);
            Console.WriteLine($"{name}: ready after {clock.Elapsed.TotalSeconds:0.00} s, {server.TotalProcessorTime.TotalSeconds:0.00} s of processor; then {memory.Peak() >> 20} MiB at most, {await memory.SettledAsync() >> 20} MiB at rest");
            await thenAsync(memory);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private static async Task ReadyAsync(int port, Stopwatch clock)
    {
        using var handler = new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } };
        using var client = new HttpClient(handler);
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"https://127.0.0.1:{port}/readyz"));
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) when (clock.Elapsed < Patience)
            {
                // It does not listen yet.
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private static async Task ListAsync(ServerMemory memory, string config)
    {
        using var client = new InformerConnection(Kubeconfig.Load(config, "", TimeProvider.System));
        foreach (var path in new[] { "api/v1/pods", "api/v1/pods?resourceVersion=0", "api/v1/pods?fieldSelector=spec.nodeName%3Dnode-7", "api/v1/pods?labelSelector=tenth%3D3" })
        {
            var before = await memory.SettledAsync();
            memory.ResetPeak();
            var clock = Stopwatch.StartNew();
            var bytes = await client.ReadAsync(path, CancellationToken.None);
            Console.WriteLine($"{path}: {bytes >> 10:N0} KiB in {clock.Elapsed.TotalSeconds:0.00} s, from {before >> 20} to {memory.Peak() >> 20} MiB at most");
        }
    }

    private static async Task FillAsync(string path, int pods, int maps)
    {
        await using var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = path }, CancellationToken.None);
        foreach (var some in StoredObjects.Of(pods, maps).Chunk(100))
            await store.CommitAsync(new StoreTransaction([], [.. some]), CancellationToken.None);
    }
}
