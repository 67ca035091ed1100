using ControlPlane.Cloud.Routes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Tests;

public sealed class RoutePlanTests
{
    private static readonly Node[] Nodes = [Node("a", "10.244.1.0/24"), Node("b", "10.244.2.0/24", "fd00:2::/64"), Node("new")];

    [Test]
    public void Missing_routes_are_made_and_those_of_nobody_go()
    {
        var plan = Decide(new("a", "10.244.1.0/24"), new("b", "10.244.9.0/24"), new("gone", "10.244.3.0/24"));

        Assert.That(plan.Create, Is.EquivalentTo(new Route[] { new("b", "10.244.2.0/24"), new("b", "fd00:2::/64") }));
        Assert.That(plan.Delete, Is.EquivalentTo(new Route[] { new("b", "10.244.9.0/24"), new("gone", "10.244.3.0/24") }));
    }

    [Test]
    public void A_route_outside_the_cluster_is_not_ours() => Assert.That(Decide(new Route("gone", "192.168.0.0/24"), new Route("gone", "10.0.0.0/8")).Delete, Is.Empty);

    [Test]
    public void A_route_that_leads_nowhere_is_made_anew()
    {
        var dangling = new Route("a", "10.244.1.0/24") { IsDangling = true };

        var plan = Decide(dangling);

        Assert.That(plan.Delete, Is.EqualTo(new[] { dangling }));
        Assert.That(plan.Create, Does.Contain(new Route("a", "10.244.1.0/24")));
    }

    private static RoutePlan Decide(params Route[] routes) => RoutePlan.Decide(Nodes, routes, ["10.244.0.0/16", "fd00::/16"]);

    private static Node Node(string name, params string[] cidrs) => new() { Metadata = new ObjectMeta { Name = name }, Spec = new NodeSpec { PodCIDRs = [.. cidrs] } };
}
