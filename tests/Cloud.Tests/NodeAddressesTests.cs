using ControlPlane.Cloud.Nodes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Tests;

public sealed class NodeAddressesTests
{
    private static readonly ValueList<NodeAddress> Known = [Internal("10.0.0.1"), Internal("10.0.0.2"), new() { Type = "ExternalIP", Address = "192.0.2.1" }];

    [Test]
    public void The_clouds_addresses_are_taken_and_the_nodes_own_hostname_stays() =>
        Assert.That(Text(Node(""), Known), Is.EqualTo("InternalIP=10.0.0.1 InternalIP=10.0.0.2 ExternalIP=192.0.2.1 Hostname=self"));

    [Test]
    public void A_cloud_that_knows_none_changes_nothing() =>
        Assert.That(NodeAddresses.Decide(Node(""), default).IsEmpty);

    [Test]
    public void The_address_that_the_node_agent_insists_on_is_the_only_one_of_its_type() =>
        Assert.That(Text(Node("10.0.0.2"), Known), Is.EqualTo("InternalIP=10.0.0.2 ExternalIP=192.0.2.1 Hostname=self"));

    [Test]
    public void An_address_that_the_cloud_does_not_know_is_refused() => Assert.That(
        () => NodeAddresses.Decide(Node("10.0.0.9"), Known),
        Throws.TypeOf<CloudException>().With.Message.EqualTo("failed to get node address from cloud provider that matches ip: 10.0.0.9"));

    private static string Text(Node node, ValueList<NodeAddress> known) =>
        string.Join(' ', NodeAddresses.Decide(node, known).Select(address => $"{address.Type}={address.Address}"));

    private static NodeAddress Internal(string address) => new() { Type = "InternalIP", Address = address };

    private static Node Node(string provided) => new()
    {
        Metadata = new ObjectMeta { Annotations = provided.Length == 0 ? default : ValueMap.Of("alpha.kubernetes.io/provided-node-ip", provided) },
        Status = new NodeStatus { Addresses = [Internal("10.9.9.9"), new NodeAddress { Type = "Hostname", Address = "self" }] },
    };
}
