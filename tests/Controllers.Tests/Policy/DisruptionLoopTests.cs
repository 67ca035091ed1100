using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;
using ControlPlane.Types.Policy;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Controllers.Tests.Policy;

public sealed class DisruptionLoopTests
{
    [Test]
    public async Task A_budget_allows_what_its_pods_controller_wants_less_what_has_to_stay()
    {
        await using var cluster = await Cluster.StartAsync("disruption-controller", "replicaset-controller");
        var ns = await cluster.NamespaceAsync();
        await cluster.Api.CreateAsync(new ReplicaSet
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = "web" },
            Spec = new ReplicaSetSpec { Replicas = 3, Selector = Pods.Selector("web"), Template = Pods.Template("web") },
        }, CancellationToken.None);
        var budget = await cluster.Api.CreateAsync(new PodDisruptionBudget
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = "web" },
            Spec = new PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = Pods.Selector("web") },
        }, CancellationToken.None);
        await cluster.UntilAsync(budget, b => b.Status is { ExpectedPods: 3, DesiredHealthy: 2, DisruptionsAllowed: 0 });

        await cluster.MakeReadyAsync(ns);

        var done = await cluster.UntilAsync(budget, b => b.Status is { CurrentHealthy: 3, DisruptionsAllowed: 1 });
        Assert.That(done.Status.Conditions.Single().Reason, Is.EqualTo("SufficientPods"));
    }

    [Test]
    public async Task A_pod_whose_node_is_gone_is_removed_after_its_quarantine()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var cluster = await Cluster.StartAsync(new ControllerSettings(), clock, "pod-garbage-collector-controller");
        var ns = await cluster.NamespaceAsync();
        var pod = await cluster.Api.CreateAsync(new Pod
        {
            Metadata = new ObjectMeta { Namespace = ns, Name = "lost" },
            Spec = Pods.Template("web").Spec with { NodeName = "nowhere" },
        }, CancellationToken.None);

        await Eventually.TrueAsync(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            return await cluster.Api.FindAsync<Pod>(pod.Key, CancellationToken.None) is null;
        });
    }
}
