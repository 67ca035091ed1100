using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Tests.Core;

public sealed class NamespaceRuleTests
{
    private static readonly RuleTest Namespaces = new("Namespace");

    [Test]
    public void Finalizers_are_taken_and_checked_by_finalize_alone()
    {
        const string Old = """{"metadata":{"name":"n"},"spec":{"finalizers":["kubernetes"]},"status":{"phase":"Terminating"}}""";
        const string Sent = """{"metadata":{"name":"n"},"spec":{"finalizers":["a.b/c","none"]}}""";

        var (finalized, refusals) = Namespaces.Update(Old, Sent, "finalize");
        var (updated, none) = Namespaces.Update(Old, Sent);

        Assert.That(refusals, Is.EqualTo(new[]
        {
            "spec.finalizers[1]: Invalid value: \"none\": name is neither a standard finalizer name nor is it fully qualified",
        }));
        Assert.That(((Namespace)finalized).Status.Phase, Is.EqualTo("Terminating"));
        Assert.That((((Namespace)updated).Spec.Finalizers.Single(), none.Count), Is.EqualTo(("kubernetes", 0)));
    }
}
