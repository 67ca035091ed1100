using ControlPlane.Machinery.Values;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Plugins;
using ControlPlane.Types.Core;
using NodeAffinity = ControlPlane.Scheduler.Plugins.NodeAffinity;
using NodeAffinityOf = ControlPlane.Types.Core.NodeAffinity;

namespace ControlPlane.Scheduler.Tests.Plugins;

internal sealed class FilterTests
{
    [TestCase("", "", "", ExpectedResult = VerdictKind.NeverFits, TestName = "A_taint_without_a_toleration_keeps_the_pod_off")]
    [TestCase("dedicated", "Equal", "web", ExpectedResult = VerdictKind.Fits, TestName = "An_equal_toleration_fits")]
    [TestCase("dedicated", "", "web", ExpectedResult = VerdictKind.Fits, TestName = "Equal_is_the_operator_where_none_is_given")]
    [TestCase("dedicated", "Equal", "other", ExpectedResult = VerdictKind.NeverFits, TestName = "A_toleration_of_another_value_does_not_fit")]
    [TestCase("dedicated", "Exists", "", ExpectedResult = VerdictKind.Fits, TestName = "A_toleration_of_any_value_fits")]
    [TestCase("", "Exists", "", ExpectedResult = VerdictKind.Fits, TestName = "A_toleration_of_everything_fits")]
    public VerdictKind Taints(string key, string @operator, string value)
    {
        var pod = Make.Pod("p");
        if (@operator.Length > 0 || key.Length > 0)
            pod = pod with { Spec = pod.Spec with { Tolerations = [new Toleration { Key = key, Operator = @operator, Value = value }] } };
        var node = Make.Node("n", taints: Make.Taint("dedicated", "NoSchedule", "web")).With();
        return new TaintToleration().Filter(pod.Info(), node).Kind;
    }

    [Test]
    public void A_soft_taint_keeps_no_pod_off()
    {
        var node = Make.Node("n", taints: Make.Taint("slow", "PreferNoSchedule")).With();
        Assert.That(new TaintToleration().Filter(Make.Pod("p").Info(), node).Kind, Is.EqualTo(VerdictKind.Fits));
    }

    [Test]
    public void A_cordoned_node_takes_only_pods_that_tolerate_it()
    {
        var node = Make.Node("n");
        var cordoned = (node with { Spec = node.Spec with { Unschedulable = true } }).With();
        var pod = Make.Pod("p");
        var tolerant = pod with { Spec = pod.Spec with { Tolerations = [new Toleration { Key = "node.kubernetes.io/unschedulable", Operator = "Exists" }] } };

        Assert.That(new NodeUnschedulable().Filter(pod.Info(), cordoned).Reasons, Is.EqualTo(new[] { "node(s) were unschedulable" }));
        Assert.That(new NodeUnschedulable().Filter(tolerant.Info(), cordoned).IsYes);
    }

    [TestCase("In", "b,a", ExpectedResult = true)]
    [TestCase("In", "b", ExpectedResult = false)]
    [TestCase("NotIn", "b", ExpectedResult = true)]
    [TestCase("NotIn", "a", ExpectedResult = false)]
    [TestCase("Exists", "", ExpectedResult = true)]
    [TestCase("DoesNotExist", "", ExpectedResult = false)]
    [TestCase("Gt", "1", ExpectedResult = false)]
    public bool Node_affinity_operators_on_the_zone_a(string @operator, string values) =>
        Selects(new NodeSelectorRequirement { Key = "zone", Operator = @operator, Values = Split(values) });

    [TestCase("Gt", "3", ExpectedResult = true)]
    [TestCase("Gt", "4", ExpectedResult = false)]
    [TestCase("Lt", "5", ExpectedResult = true)]
    [TestCase("Lt", "4", ExpectedResult = false)]
    [TestCase("Lt", "x", ExpectedResult = false)]
    public bool Node_affinity_compares_numbers_with_the_four_cores(string @operator, string value) =>
        Selects(new NodeSelectorRequirement { Key = "cores", Operator = @operator, Values = [value] });

    [Test]
    public void An_empty_term_selects_no_node()
    {
        var (verdict, _) = Affinity(Requiring(new NodeSelectorTerm()), Labelled("n"));
        Assert.That(verdict.Reasons, Is.EqualTo(new[] { "node(s) didn't match Pod's node affinity/selector" }));
    }

    [Test]
    public void Terms_that_all_name_nodes_narrow_the_search_to_these()
    {
        var pod = Requiring(new NodeSelectorTerm { MatchFields = [new NodeSelectorRequirement { Key = "metadata.name", Operator = "In", Values = ["n7"] }] });
        var (verdict, only) = Affinity(pod, Labelled("n7"));
        Assert.That(only, Is.EquivalentTo(new[] { "n7" }));
        Assert.That(verdict.IsYes);
    }

    [TestCase("0.0.0.0", "TCP", 80, ExpectedResult = false)]
    [TestCase("10.0.0.1", "TCP", 80, ExpectedResult = false)]
    [TestCase("10.0.0.2", "TCP", 80, ExpectedResult = true)]
    [TestCase("10.0.0.1", "UDP", 80, ExpectedResult = true)]
    [TestCase("10.0.0.1", "TCP", 81, ExpectedResult = true)]
    public bool A_host_port_is_free_where_tcp_80_is_taken_on_10_0_0_1(string address, string protocol, int port)
    {
        var node = Make.Node("n").With(WithPort("10.0.0.1", "TCP", 80));
        var pod = WithPort(address, protocol, port).Info();
        var plugin = new NodePorts();
        return plugin.Filter(plugin.PreFilter(pod, Make.Snapshot()).State, pod, node).IsYes;
    }

    [Test]
    public void All_that_lacks_is_named()
    {
        var node = Make.Node("n", cpu: "2", memory: "1Gi", pods: "1").With(Make.Pod("other", cpu: "1500m", memory: "512Mi"));
        var verdict = new NodeResourcesFit().Filter(Make.Pod("p", cpu: "1", memory: "600Mi").Info(), node);
        Assert.That(verdict.Reasons, Is.EqualTo(new[] { "Too many pods", "Insufficient cpu", "Insufficient memory" }));
        Assert.That(verdict.Kind, Is.EqualTo(VerdictKind.Unschedulable));
    }

    [Test]
    public void What_an_empty_node_could_not_hold_never_fits()
    {
        var verdict = new NodeResourcesFit().Filter(Make.Pod("p", cpu: "3").Info(), Make.Node("n", cpu: "2").With());
        Assert.That(verdict.Kind, Is.EqualTo(VerdictKind.NeverFits));
    }

    [Test]
    public void An_extended_resource_that_the_node_lacks_is_named()
    {
        var pod = Make.Pod("p");
        var container = pod.Spec.Containers[0] with { Resources = new ResourceRequirements { Requests = Make.Amounts(("example.com/gpu", "1")) } };
        var verdict = new NodeResourcesFit().Filter((pod with { Spec = pod.Spec with { Containers = [container] } }).Info(), Make.Node("n").With());
        Assert.That(verdict.Reasons, Is.EqualTo(new[] { "Insufficient example.com/gpu" }));
    }

    [Test]
    public void A_pod_that_requests_nothing_fits_a_node_that_is_full()
    {
        var node = Make.Node("n", cpu: "1").With(Make.Pod("other", cpu: "1"));
        Assert.That(new NodeResourcesFit().Filter(Make.Pod("p").Info(), node).IsYes);
    }

    [Test]
    public void Gated_pods_are_not_considered()
    {
        var pod = Make.Pod("p");
        var gated = pod with { Spec = pod.Spec with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] } };
        Assert.That(new SchedulingGates().PreEnqueue(gated).IsRejection);
        Assert.That(new SchedulingGates().PreEnqueue(pod).IsYes);
    }

    private static bool Selects(NodeSelectorRequirement requirement) =>
        Affinity(Requiring(new NodeSelectorTerm { MatchExpressions = [requirement] }), Labelled("n")).Verdict.IsYes;

    private static (Verdict Verdict, IReadOnlySet<string>? Only) Affinity(Pod pod, Node node)
    {
        var plugin = new NodeAffinity();
        var before = plugin.PreFilter(pod.Info(), Make.Snapshot(node));
        return (plugin.Filter(before.State, pod.Info(), node.With()), before.OnlyNodes);
    }

    private static Pod Requiring(NodeSelectorTerm term)
    {
        var pod = Make.Pod("p");
        var affinity = new NodeAffinityOf { RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = [term] } };
        return pod with { Spec = pod.Spec with { Affinity = new Affinity { NodeAffinity = affinity } } };
    }

    private static Node Labelled(string name)
    {
        var node = Make.Node(name);
        return node with { Metadata = node.Metadata with { Labels = ValueMap.ToValueMap<string>([new("zone", "a"), new("cores", "4")]) } };
    }

    private static ValueList<string> Split(string values) => values.Split(',', StringSplitOptions.RemoveEmptyEntries).ToValueList();

    private static Pod WithPort(string address, string protocol, int port)
    {
        var pod = Make.Pod($"port-{address}-{protocol}-{port}");
        var container = pod.Spec.Containers[0] with { Ports = [new ContainerPort { HostIP = address, Protocol = protocol, HostPort = port }] };
        return pod with { Spec = pod.Spec with { Containers = [container] } };
    }
}
