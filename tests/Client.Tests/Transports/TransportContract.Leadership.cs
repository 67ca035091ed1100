using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Coordination;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Client.Tests.Transports;

/// <content>Leader election stands on conditional writes alone.</content>
public abstract partial class TransportContract
{
    [Test]
    public async Task Only_one_leads_and_the_next_follows_when_it_ends()
    {
        var (first, second) = (Candidate("first"), Candidate("second"));
        using var stopFirst = new CancellationTokenSource();
        using var stopSecond = new CancellationTokenSource();
        var leader = "";
        var one = first.RunAsync(cancel => LeadAsync("first", cancel), stopFirst.Token);
        await Eventually.TrueAsync(() => leader == "first");
        var two = second.RunAsync(cancel => LeadAsync("second", cancel), stopSecond.Token);

        await stopFirst.CancelAsync();
        await one;
        await Eventually.TrueAsync(() => leader == "second");

        await stopSecond.CancelAsync();
        await two;
        Assert.That((await Api.GetAsync<Lease>(new ObjectKey(Namespace, "leader"), Cancel)).Spec.HolderIdentity, Is.Empty, "given back");

        async Task LeadAsync(string name, CancellationToken cancel)
        {
            leader = name;
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private LeaderElection Candidate(string identity) => new(
        Api,
        new LeaderElectionOptions { Lease = new ObjectKey(Namespace, "leader"), Identity = identity, RetryPeriod = TimeSpan.FromMilliseconds(50) },
        TimeProvider.System,
        NullLogger.Instance);
}
