using System.Collections.Frozen;
using ControlPlane.Machinery.Features;
using ControlPlane.TestKit;

namespace ControlPlane.Machinery.Tests.Features;

public sealed class FeatureGatesTests
{
    [Test]
    public void Gates_are_as_upstream_lists_them()
    {
        if (Repository.Shared is not { } shared)
        {
            Assert.Ignore("upstream's facts are not at hand");
            return;
        }

        var listed = File.ReadLines(Path.Combine(shared, "facts", "feature-gates-1.36.tsv")).Where(line => line.Length > 0).ToList();

        var ours = FeatureGates.Known.Values.Select(gate => $"{gate.Name}\t{gate.Stage.ToString().ToUpperInvariant()}\t{(gate.IsOnByDefault ? "true" : "false")}");
        Assert.That(ours, Is.EquivalentTo(listed));
    }

    [Test]
    public void Without_a_word_gates_have_their_defaults()
    {
        Assert.That(FeatureGates.Default.IsEnabled("WatchList"), Is.True);
        Assert.That(FeatureGates.Default.IsEnabled("GangScheduling"), Is.False);
    }

    [TestCase("GangScheduling=true,WatchList=false")]
    [TestCase(" GangScheduling = T ,kube:WatchList=0,")]
    [TestCase("GangScheduling=false,WatchList=false,GangScheduling=1")]
    public void Named_gates_are_as_said(string text)
    {
        var gates = FeatureGates.Parse(text);

        Assert.That(gates.IsEnabled("GangScheduling"), Is.True);
        Assert.That(gates.IsEnabled("WatchList"), Is.False);
        Assert.That(gates.IsEnabled("OpenAPIEnums"), Is.True, "not named");
    }

    [TestCase("AllAlpha=true,GangScheduling=false")]
    [TestCase("GangScheduling=false,AllAlpha=true")]
    public void A_stage_is_switched_but_for_the_gates_that_are_named(string text)
    {
        var gates = FeatureGates.Parse(text);

        Assert.That(gates.IsEnabled("GangScheduling"), Is.False);
        Assert.That(gates.IsEnabled("PodsAPI"), Is.True);
        Assert.That(gates.IsEnabled("MaxUnavailableStatefulSet"), Is.False, "beta, and off by default");
    }

    [TestCase("Nonsense=true", "unrecognized feature gate: Nonsense")]
    [TestCase("WatchList", "missing bool value for WatchList")]
    [TestCase("WatchList=maybe", "invalid value of WatchList=maybe, err: strconv.ParseBool: parsing \"maybe\": invalid syntax")]
    [TestCase("other:WatchList=true", "component not registered: other")]
    public void What_cannot_be_is_refused_in_upstreams_words(string text, string message) =>
        Assert.That(() => FeatureGates.Parse(text), Throws.TypeOf<FeatureGateException>().With.Message.EqualTo(message));

    [Test]
    public void A_locked_gate_can_only_be_set_to_what_it_is()
    {
        var gates = new[] { new FeatureGate("Old", FeatureStage.GenerallyAvailable, true, IsLockedToDefault: true) }.ToFrozenDictionary(gate => gate.Name);

        Assert.That(FeatureGates.Parse("Old=true", gates).IsEnabled("Old"), Is.True);
        Assert.That(
            () => FeatureGates.Parse("Old=false", gates),
            Throws.TypeOf<FeatureGateException>().With.Message.EqualTo("cannot set feature gate Old to false, feature is locked to true"));
    }

    [Test]
    public void Asking_for_a_gate_that_does_not_exist_is_an_error() =>
        Assert.That(() => FeatureGates.Default.IsEnabled("WatchLists"), Throws.ArgumentException);
}
