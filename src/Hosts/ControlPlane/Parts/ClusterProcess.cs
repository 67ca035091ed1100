using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer;
using ControlPlane.ApiServer.Pki;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>A control plane in this process, with or without a node: <c>up</c> and <c>server</c>.</summary>
internal static class ClusterProcess
{
    public static Task<int> RunAsync(ClusterOptions cluster, CancellationToken stop) =>
        ProcessEnd.OfAsync(cluster.Validate(), () => RunCheckedAsync(cluster, TimeProvider.System, stop), stop);

    private static async Task RunCheckedAsync(ClusterOptions cluster, TimeProvider time, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        using var logs = Logs.Create(cluster.Data.Verbosity);
        using var serverLock = DataDirectoryLock.Take(cluster.Data, "server");
        using var agentLock = cluster.Agent is null ? null : DataDirectoryLock.Take(cluster.Data, "agent");
        if (cluster.Agent is not null)
            await AgentSettings.EnsureProgramsAsync(cluster.Agent, time, stop);
        var options = ApiServerSettings.Of(cluster);
        var pki = ClusterPki.LoadOrCreate(ApiServerSettings.PkiOf(cluster, options), time);
        var runner = new PartRunner(Parts(cluster, options, pki, time, logs));
        var running = runner.RunAsync(stop);
        await Progress.WhileAsync(Task.WhenAny(runner.Ready, running), "Starting", () => runner.Starting, time, Console.Error);
        if (runner.Ready.IsCompletedSuccessfully)
            await Console.Out.WriteLineAsync($"ControlPlane is ready after {time.GetElapsedTime(started).TotalSeconds:0.0} s. Use it with: export KUBECONFIG={pki.AdminConfigPath}");
        await Task.WhenAny(running, Forever.UntilAsync(stop));
        await Progress.WhileAsync(running, "Stopping", () => runner.Stopping, time, Console.Error);
        await running;
    }

    private static List<Part> Parts(ClusterOptions cluster, ApiServerOptions options, ClusterPki pki, TimeProvider time, ILoggerFactory logs)
    {
        var identity = $"{NodeName.Of(cluster.Agent)}_{Guid.NewGuid():D}";
        var store = new StorePart(cluster.Storage, cluster.Data, time, logs);
        var server = new ApiServerPart(store, options, pki, time, logs);
        var root = File.ReadAllText(cluster.Data.PathOf("pki", "ca.crt"));
        List<Part> parts =
        [
            store,
            server,
            new ControllersPart(store, server, cluster, SigningAuthority(cluster.Signing, pki, time), root, identity, time, logs),
            new SchedulerPart(store, server, cluster.Leadership, identity, time, logs),
        ];
        if (cluster.Agent is { } agent)
            parts.Add(new AgentPart(server, agent, cluster, pki, time, logs));
        if (cluster.Up.SimulatedNodes > 0)
            parts.Add(new SimulatedNodesPart(server, cluster.Up.SimulatedNodes, time, logs));
        return parts;
    }

    private static CertificateAuthority SigningAuthority(SigningOptions signing, ClusterPki pki, TimeProvider time) =>
        signing.CertFile.Length == 0 ? pki.Authority : CertificateAuthority.Of(X509Certificate2.CreateFromPemFile(signing.CertFile, signing.KeyFile), time);
}
