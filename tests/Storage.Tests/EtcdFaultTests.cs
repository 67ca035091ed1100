using System.Diagnostics;
using ControlPlane.Storage.Etcd;
using ControlPlane.Storage.Tests.Histories;
using ControlPlane.TestKit;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.Storage.Tests;

/// <summary>
/// Three members of etcd under load, and one fault after the other. More faults than CI has time for:
/// <c>dotnet test --filter Name~faults -- 'TestRunParameters.Parameter(name="faults", value="100")'</c>.
/// </summary>
public sealed class EtcdFaultTests
{
    [OneTimeSetUp]
    public static void NeedEtcd()
    {
        if (!EtcdProcess.IsInstalled)
            Assert.Ignore("etcd is not installed");
    }

    [Test]
    public async Task Under_faults_everybody_gets_on_and_is_told_one_story()
    {
        var kinds = Enum.GetValues<EtcdFault>();
        var faults = TestContext.Parameters.Get("faults", kinds.Length);
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var history = new History();
        await using var cluster = await EtcdCluster.StartAsync();
        await using var workload = await RegisterWorkload.StartAsync(Options(cluster), history, random.Next());
        for (var number = 0; number < faults; number++)
        {
            // All kinds, in another order each time.
            if (number % kinds.Length == 0)
                random.Shuffle(kinds);
            await workload.ProgressAsync();
            var clock = Stopwatch.StartNew();
            await EtcdFaults.UnderAsync(cluster, kinds[number % kinds.Length], workload.ProgressAsync);
            TestContext.Progress.WriteLine($"{kinds[number % kinds.Length]} took {clock.Elapsed}");
        }

        await workload.FinishAsync();
        TestContext.Out.WriteLine(
            $"{faults} faults, {history.Operations.Count} operations, {workload.Acknowledged} writes acknowledged, {Count<WriteOutcome.Unknown>(history)} of unknown "
            + $"outcome, {Count<WriteOutcome.Failed>(history)} failed, {Count<WriteOutcome.Refused>(history)} refused, {history.Watches.Count} watches, {workload.TooLate} too late");
        Assert.That(HistoryCheck.Problems(history, isGapless: true), Is.Empty);
        Assert.That(workload.TooLate, Is.Positive);
    }

    private static EtcdStoreOptions Options(EtcdCluster cluster) => new()
    {
        Endpoints = [.. cluster.Members.Select(member => member.Endpoint)],
        CaFile = cluster.CaFile,
        CertificateFile = cluster.CertificateFile,
        KeyFile = cluster.KeyFile,
        CallTimeout = TimeSpan.FromSeconds(2), // as long as a call to a member that is cut off holds everybody up
    };

    private static int Count<T>(History history) => history.Operations.OfType<ClientOperation.Write>().Count(write => write.Outcome is T);
}
