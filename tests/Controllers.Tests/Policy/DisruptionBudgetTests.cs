using ControlPlane.Controllers.Policy;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Policy;

namespace ControlPlane.Controllers.Tests.Policy;

public sealed class DisruptionBudgetTests
{
    private static readonly Timestamp Now = Timestamp.FromUnixSeconds(1000);

    [TestCase("2", null, 3, 1, "True")]
    [TestCase("3", null, 3, 0, "False")]
    [TestCase("50%", null, 3, 1, "True")]
    [TestCase(null, "1", 3, 1, "True")]
    [TestCase(null, "50%", 3, 2, "True")]
    [TestCase(null, "1", 2, 0, "False")]
    public void As_many_may_be_evicted_as_are_healthy_beyond_those_that_have_to_be(string? min, string? max, int ready, int allowed, string condition)
    {
        var budget = new PodDisruptionBudget { Spec = new PodDisruptionBudgetSpec { MinAvailable = Parse(min), MaxUnavailable = Parse(max) } };
        var status = DisruptionBudget.StatusOf(budget, Pods(3, ready), 3, default, Now);
        Assert.That(status.DisruptionsAllowed, Is.EqualTo(allowed));
        Assert.That(status.CurrentHealthy, Is.EqualTo(ready));
        Assert.That(status.Conditions.Single().Status, Is.EqualTo(condition));
    }

    [Test]
    public void An_eviction_that_was_granted_counts_for_two_minutes()
    {
        var budget = new PodDisruptionBudget
        {
            Spec = new PodDisruptionBudgetSpec { MinAvailable = new IntOrString(1) },
            Status = new PodDisruptionBudgetStatus { DisruptedPods = ValueMap.Of("0", Now) },
        };
        var disrupted = DisruptionBudget.StillDisrupted(budget, Pods(3, 3), Now.ToDateTimeOffset().AddSeconds(119));
        Assert.That(DisruptionBudget.StatusOf(budget, Pods(3, 3), 3, disrupted, Now).DisruptionsAllowed, Is.EqualTo(1));
        Assert.That(DisruptionBudget.StillDisrupted(budget, Pods(3, 3), Now.ToDateTimeOffset().AddSeconds(121)), Is.Empty);
    }

    [Test]
    public void Nothing_may_be_evicted_while_the_number_of_pods_cannot_be_told()
    {
        var budget = new PodDisruptionBudget { Status = new PodDisruptionBudgetStatus { DisruptionsAllowed = 4 } };
        var status = DisruptionBudget.Failed(budget, "why", Now);
        Assert.That(status.DisruptionsAllowed, Is.Zero);
        Assert.That(status.Conditions.Single().Reason, Is.EqualTo("SyncFailed"));
    }

    private static IntOrString? Parse(string? text) => text is null ? null : int.TryParse(text, out var number) ? new IntOrString(number) : new IntOrString(text);

    private static Pod[] Pods(int count, int ready) => [.. Enumerable.Range(0, count).Select(number => new Pod
    {
        Metadata = new ObjectMeta { Name = $"{number}" },
        Status = new PodStatus { Conditions = [new PodCondition { Type = "Ready", Status = number < ready ? "True" : "False" }] },
    })];
}
