namespace ControlPlane.Resources.Tests.Core;

public sealed class NodeRuleTests
{
    private static readonly RuleTest Nodes = new("Node");

    [TestCase("""{"capacity":{"a.b/gpu":"1500m"}}""", "status.capacity.a.b/gpu: Invalid value: \"1500m\": must be an integer", "status.allocatable.a.b/gpu: Invalid value: \"1500m\": must be an integer")]
    [TestCase("""{"allocatable":{"cpu":"-1"}}""", "status.allocatable.cpu: Invalid value: \"-1\": must be greater than or equal to 0")]
    public void A_node_has_whole_devices_and_not_less_than_nothing(string status, params string[] refusals) =>
        Assert.That(Nodes.Create($$"""{"metadata":{"name":"n"},"status":{{status}} }"""), Is.EqualTo(refusals));

    [Test]
    public void Taints_are_one_for_each_key_and_effect() =>
        Assert.That(
            Nodes.Create("""{"metadata":{"name":"n"},"spec":{"taints":[{"key":"k","effect":"NoSchedule"},{"key":"k","value":"v","effect":"NoSchedule"}]}}"""),
            Is.EqualTo(new[] { "metadata.taints[1]: Duplicate value: {\"Key\":\"k\",\"Value\":\"v\",\"Effect\":\"NoSchedule\",\"TimeAdded\":null}: taints must be unique by key and effect pair" }));

    [Test]
    public void A_nodes_agent_cannot_tell_of_half_a_device() =>
        Assert.That(
            Nodes.Update("""{"metadata":{"name":"n"}}""", """{"metadata":{"name":"n"},"status":{"capacity":{"a.b/gpu":"1500m"},"allocatable":{"cpu":"1"}}}""", "status").Errors,
            Is.EqualTo(new[] { "status.capacity.a.b/gpu: Invalid value: \"1500m\": must be an integer" }));

    [Test]
    public void A_nodes_external_id_stays() =>
        Assert.That(
            Nodes.Update("""{"metadata":{"name":"n"}}""", """{"metadata":{"name":"n"},"spec":{"externalID":"x"}}""").Errors,
            Is.EqualTo(new[] { "spec.externalID: Forbidden: may not be updated" }));
}
