using System.Diagnostics;
using ControlPlane.ServerKit;
using ControlPlane.Storage;
using ControlPlane.Storage.Etcd;
using ControlPlane.TestKit;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.ApiServer.Tests.SharedEtcd;

/// <summary>
/// Three API servers on one etcd of three members, under load: etcd has one fault after the other, and one of the servers stops and starts again. More
/// faults than CI has time for: <c>dotnet test --filter Name~servers -- 'TestRunParameters.Parameter(name="faults", value="50")'</c>.
/// </summary>
public sealed class SharedEtcdTests
{
    private const int Servers = 3;
    private const int Mortal = Servers - 1; // the one that stops

    [OneTimeSetUp]
    public static void NeedEtcd()
    {
        if (!EtcdProcess.IsInstalled)
            Assert.Ignore("etcd is not installed");
    }

    [Test]
    public async Task Clients_of_several_servers_are_told_one_story_under_faults()
    {
        // The first two for CI.
        var kinds = (EtcdFault[])[EtcdFault.LeaderKilled, EtcdFault.LeaderIsolated, .. Enum.GetValues<EtcdFault>()[2..]];
        var faults = TestContext.Parameters.Get("faults", 2);
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var history = new History();
        await using var cluster = await EtcdCluster.StartAsync();
        var servers = new List<ApiServerFixture>();
        try
        {
            for (var number = 0; number < Servers; number++)
                servers.Add(await ApiServerFixture.StartOnAsync(() => OpenAsync(cluster)));
            var choice = new ServerChoice(servers);
            await using var workload = new ConfigMapWorkload(choice, Servers, Mortal, history, new Random(seed));
            for (var number = 0; number < faults; number++)
                await UnderAsync(cluster, kinds[number % kinds.Length], servers[Mortal], choice, workload);
            await workload.FinishAsync();
            TestContext.Out.WriteLine(
                $"{faults} faults, {history.Operations.Count} operations, {workload.Acknowledged} writes acknowledged, {workload.Unanswered} reads not answered, "
                + $"{workload.Relists} lists of watchers");
            Assert.That(HistoryCheck.Problems(history), Is.Empty);
            Assert.That(workload.WitnessRelists, Is.Zero);
        }
        finally
        {
            foreach (var server in servers)
                await server.DisposeAsync();
        }
    }

    private static async Task UnderAsync(EtcdCluster cluster, EtcdFault fault, ApiServerFixture server, ServerChoice choice, ConfigMapWorkload workload)
    {
        await workload.ProgressAsync();
        await EtcdFaults.UnderAsync(cluster, fault, async () =>
        {
            await workload.ProgressAsync();
            choice.Leave(Mortal);
            await server.StopAsync();
            await workload.ProgressAsync();
        });
        await server.StartAgainAsync();
        choice.Join(Mortal);
        await workload.ProgressAsync();
    }

    private static async Task<IKeyValueStore> OpenAsync(EtcdCluster cluster) => await EtcdStore.ConnectAsync(
        new EtcdStoreOptions
        {
            Endpoints = [.. cluster.Members.Select(member => member.Endpoint)],
            CaFile = cluster.CaFile,
            CertificateFile = cluster.CertificateFile,
            KeyFile = cluster.KeyFile,
            CallTimeout = TimeSpan.FromSeconds(2), // as long as a call to a member that is cut off holds everybody up
        },
        default);
}
