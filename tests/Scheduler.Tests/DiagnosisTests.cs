using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Profiles;

namespace ControlPlane.Scheduler.Tests;

internal sealed class DiagnosisTests
{
    [Test]
    public void Without_nodes_there_is_nothing_to_count() =>
        Assert.That(new Diagnosis(0).Message(), Is.EqualTo("no nodes available to schedule pods"));

    [Test]
    public void Reasons_are_counted_by_node_and_sorted_as_texts()
    {
        var diagnosis = new Diagnosis(12);
        for (var i = 0; i < 10; i++)
            diagnosis.Reject("NodeResourcesFit", Make.Node($"n{i}").With(), Verdict.Unschedulable("Insufficient cpu", "Insufficient memory"));
        diagnosis.Reject("TaintToleration", Make.Node("t").With(), Verdict.NeverFits("node(s) had untolerated taint(s)"));
        diagnosis.Reject("TaintToleration", Make.Node("u").With(), Verdict.NeverFits("node(s) had untolerated taint(s)"));

        Assert.That(diagnosis.Message(), Is.EqualTo("0/12 nodes are available: 10 Insufficient cpu, 10 Insufficient memory, 2 node(s) had untolerated taint(s)."));
        Assert.That(diagnosis.Plugins, Is.EquivalentTo(new[] { "NodeResourcesFit", "TaintToleration" }));
    }

    [Test]
    public void What_post_filters_add_follows_as_a_sentence()
    {
        var diagnosis = new Diagnosis(1);
        diagnosis.Reject("NodeResourcesFit", Make.Node("n").With(), Verdict.Unschedulable("Insufficient cpu"));
        diagnosis.More = "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
        Assert.That(diagnosis.Message(), Is.EqualTo(
            "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod."));
    }

    [Test]
    public void Nodes_that_were_ruled_out_by_name_are_counted()
    {
        var diagnosis = new Diagnosis(3);
        diagnosis.Narrowed(["NodeAffinity"]);
        diagnosis.Reject("NodeResourcesFit", Make.Node("n").With(), Verdict.Unschedulable("Insufficient cpu"));
        Assert.That(diagnosis.Message(), Is.EqualTo("0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]."));
    }

    [TestCase(0, 99, ExpectedResult = 99)]
    [TestCase(0, 1000, ExpectedResult = 420)]
    [TestCase(0, 5000, ExpectedResult = 500)]
    [TestCase(0, 15000, ExpectedResult = 750)]
    [TestCase(10, 500, ExpectedResult = 100)]
    [TestCase(100, 500, ExpectedResult = 500)]
    public int Enough_nodes_of_a_cluster(int percentage, int nodes) => new NodeSearch(percentage, 1).Enough(nodes);

    [Test]
    public void A_search_goes_on_where_the_last_one_ended()
    {
        var snapshot = Make.Snapshot([.. Enumerable.Range(0, 200).Select(i => Make.Node($"n{i:000}"))]);
        var search = new NodeSearch(0, 1);
        var first = search.Find([], snapshot.Nodes, new Diagnosis(200));
        var second = search.Find([], snapshot.Nodes, new Diagnosis(200));
        Assert.That(first, Has.Count.EqualTo(100));
        Assert.That(second.Concat(first).Select(node => node.Name).Distinct().Count(), Is.EqualTo(200));
    }

    [Test]
    public void A_configuration_changes_the_default_profile()
    {
        var configuration = SchedulerConfiguration.Parse("""
            apiVersion: kubescheduler.config.k8s.io/v1
            kind: KubeSchedulerConfiguration
            percentageOfNodesToScore: 30
            podMaxBackoffSeconds: 20
            profiles:
            - schedulerName: default-scheduler
            - schedulerName: packing
              plugins:
                multiPoint: {disabled: [{name: ImageLocality}]}
                score: {disabled: [{name: NodeResourcesFit}], enabled: [{name: TaintToleration, weight: 7}]}
            """u8);
        var packing = configuration.Profiles[1];
        Assert.That((configuration.PercentageOfNodesToScore, configuration.BackOff.Max), Is.EqualTo((30, TimeSpan.FromSeconds(20))));
        Assert.That(packing.Plugins.Select(use => use.Name), Does.Not.Contain("ImageLocality"));
        Assert.That(packing.Plugins.Single(use => use.Name == "NodeResourcesFit").Weight, Is.Zero);
        Assert.That(packing.Plugins.Single(use => use.Name == "TaintToleration").Weight, Is.EqualTo(7));
    }

    [Test]
    public void A_plugin_that_there_is_not_is_refused() =>
        Assert.That(
            () => SchedulerConfiguration.Parse("""{"apiVersion":"kubescheduler.config.k8s.io/v1","kind":"KubeSchedulerConfiguration","profiles":[{"plugins":{"multiPoint":{"enabled":[{"name":"Magic"}]}}}]}"""u8),
            Throws.TypeOf<FormatException>().With.Message.EqualTo("profiles[0].plugins.multiPoint.enabled: Not found: \"Magic\""));
}
