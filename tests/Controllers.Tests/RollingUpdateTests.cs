using ControlPlane.Controllers.Apps.Deployments;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Apps;

namespace ControlPlane.Controllers.Tests;

public sealed class RollingUpdateTests
{
    [TestCase("25%", "25%", 10, 3, 2)]
    [TestCase("0%", "0%", 10, 0, 1)]
    [TestCase("1", "0", 1, 1, 0)]
    [TestCase("100%", "100%", 3, 3, 3)]
    public void Percentages_round_the_surge_up_and_the_unavailable_down(string surge, string unavailable, int replicas, int maxSurge, int maxUnavailable) =>
        Assert.That(Fenceposts.Of(Deployment(replicas, surge, unavailable)), Is.EqualTo(new Fenceposts(maxSurge, maxUnavailable)));

    [TestCase(10, 0, 10, 3, TestName = "The new one grows within the surge first")]
    [TestCase(10, 5, 8, 5, TestName = "No room is left: it stays")]
    [TestCase(10, 12, 0, 10, TestName = "Too large: it shrinks")]
    public void The_new_replica_set_gets(int replicas, int newSize, int oldSize, int expected) =>
        Assert.That(RollingUpdate.SizeOfNew(Rollout(replicas, (newSize, newSize), (oldSize, oldSize))), Is.EqualTo(expected));

    [Test]
    public void Old_pods_go_only_as_new_ones_become_available()
    {
        Assert.That(Decide(10, (3, 0), (10, 10)), Is.EqualTo(new[] { 8 }), "two may be missing");
        Assert.That(Decide(10, (5, 0), (8, 8)), Is.Empty);
        Assert.That(Decide(10, (5, 3), (8, 8)), Is.EqualTo(new[] { 5 }));
    }

    [Test]
    public void Unhealthy_old_pods_go_first_whatever_is_available() =>
        Assert.That(Decide(10, (3, 0), (10, 8)), Is.EqualTo(new[] { 8 }));

    [Test]
    public void A_resize_in_the_middle_of_a_rollout_is_shared_by_size()
    {
        var rollout = Rollout(20, (4, 4), (8, 8), annotated: 10);
        var sizes = Scaling.Decide(rollout).ToDictionary(sizing => sizing.ReplicaSet.Metadata.Name, sizing => sizing.Size);
        Assert.That(sizes.Values.Sum(), Is.EqualTo(25), "twenty and a quarter of surge");
        Assert.That(sizes["old"], Is.GreaterThan(sizes["new"]));
    }

    [Test]
    public void Hashes_have_upstreams_letters_and_differ_by_collision_count()
    {
        var template = Pods.Template("web");
        Assert.That(TemplateHash.Of(template, 1), Is.Not.EqualTo(TemplateHash.Of(template, null)));
        Assert.That(TemplateHash.Of(template, null), Does.Match("^[bcdfghjklmnpqrstvwxz2456789]+$"));
    }

    private static int[] Decide(int replicas, (int Size, int Available) newest, (int Size, int Available) old) =>
        [.. RollingUpdate.Decide(Rollout(replicas, newest, old)).Select(sizing => sizing.Size)];

    private static Rollout Rollout(int replicas, (int Size, int Available) newest, (int Size, int Available) old, int? annotated = null)
    {
        var deployment = Deployment(replicas, "25%", "25%");
        var before = annotated is { } size ? Deployment(size, "25%", "25%") : deployment;
        return new(deployment, ReplicaSet("new", newest, before), [ReplicaSet("old", old, before)]);
    }

    private static ReplicaSet ReplicaSet(string name, (int Size, int Available) state, Deployment sizedFor) => Revisions.WithSizes(
        new ReplicaSet
        {
            Metadata = new ObjectMeta { Name = name, Uid = name },
            Spec = new ReplicaSetSpec { Replicas = state.Size },
            Status = new ReplicaSetStatus { Replicas = state.Size, AvailableReplicas = state.Available },
        },
        sizedFor);

    private static Deployment Deployment(int replicas, string surge, string unavailable) => new()
    {
        Spec = new DeploymentSpec
        {
            Replicas = replicas,
            Strategy = new DeploymentStrategy
            {
                Type = "RollingUpdate",
                RollingUpdate = new RollingUpdateDeployment { MaxSurge = Value(surge), MaxUnavailable = Value(unavailable) },
            },
        },
    };

    private static IntOrString Value(string text) => text.EndsWith('%') ? new IntOrString(text) : int.Parse(text);
}
