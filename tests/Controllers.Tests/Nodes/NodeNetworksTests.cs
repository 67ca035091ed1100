using ControlPlane.Controllers.Nodes.Ipam;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests.Nodes;

public sealed class NodeNetworksTests
{
    [Test]
    public void Each_node_gets_the_next_part_of_each_network()
    {
        var networks = Networks("10.244.0.0/16", "fd00:10::/56");
        Assert.That(networks.Assign(Named("a")), Is.EqualTo(new[] { "10.244.0.0/24", "fd00:10::/64" }));
        Assert.That(networks.Assign(Named("b")), Is.EqualTo(new[] { "10.244.1.0/24", "fd00:10:0:1::/64" }));
        Assert.That(networks.Assign(Named("a")), Is.EqualTo(new[] { "10.244.0.0/24", "fd00:10::/64" }), "asked again before its write was seen");
    }

    [Test]
    public void What_nodes_have_already_is_not_given_out_again()
    {
        var networks = Networks("10.244.0.0/22");
        networks.LoadOnce(() => [Named("a", "10.244.0.0/24"), Named("b", "10.244.2.0/23")]);
        Assert.That(networks.Assign(Named("c")), Is.EqualTo(new[] { "10.244.1.0/24" }));
        Assert.That(networks.Assign(Named("d")), Is.Null);
    }

    [Test]
    public void A_part_is_free_again_when_its_node_is_gone_and_rests_while_others_are_free()
    {
        var networks = Networks("10.244.0.0/22");
        networks.Assign(Named("a"));
        networks.Release("a");
        Assert.That(new[] { "b", "c", "d", "e" }.Select(name => networks.Assign(Named(name))![0]),
            Is.EqualTo(new[] { "10.244.1.0/24", "10.244.2.0/24", "10.244.3.0/24", "10.244.0.0/24" }));
        Assert.That(networks.Assign(Named("f")), Is.Null);
    }

    [Test]
    public void A_node_that_gets_none_in_one_network_holds_none_in_the_other()
    {
        var networks = new NodeNetworks(new ControllerSettings { ClusterCidrs = ["10.0.0.0/23", "fd00::/64"] });
        Assert.That(networks.Assign(Named("a")), Is.Not.Null);
        Assert.That(networks.Assign(Named("b")), Is.Null);
        networks.Release("a");
        Assert.That(networks.Assign(Named("b"))![0], Is.EqualTo("10.0.0.0/24").Or.EqualTo("10.0.1.0/24"));
    }

    [Test]
    public void Another_node_of_the_same_name_gets_its_own()
    {
        var networks = Networks("10.244.0.0/16");
        networks.Assign(Named("a"));
        var again = Named("a") with { Metadata = new ObjectMeta { Name = "a", Uid = "another" } };
        Assert.That(networks.Assign(again), Is.EqualTo(new[] { "10.244.1.0/24" }));
    }

    [Test]
    public void Addresses_of_services_are_left_out()
    {
        var networks = new NodeNetworks(new ControllerSettings { ClusterCidrs = ["10.0.0.0/8"], NodeMaskSizeIPv4 = 16, ServiceCidrs = ["10.0.0.0/15"] });
        Assert.That(networks.Assign(Named("a")), Is.EqualTo(new[] { "10.2.0.0/16" }));
    }

    [Test]
    public void Too_many_parts_and_too_large_parts_are_refused()
    {
        Assert.That(() => new NodeNetworks(new ControllerSettings { ClusterCidrs = ["10.0.0.0/8"], NodeMaskSizeIPv4 = 25 }), Throws.ArgumentException);
        Assert.That(() => new NodeNetworks(new ControllerSettings { ClusterCidrs = ["10.0.0.0/25"], NodeMaskSizeIPv4 = 24 }), Throws.ArgumentException);
    }

    private static NodeNetworks Networks(params string[] cidrs) => new(new ControllerSettings { ClusterCidrs = cidrs });

    private static Node Named(string name, params string[] cidrs) => new()
    {
        Metadata = new ObjectMeta { Name = name, Uid = name },
        Spec = new NodeSpec { PodCIDRs = [.. cidrs] },
    };
}
