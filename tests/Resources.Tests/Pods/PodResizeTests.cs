using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Tests.Pods;

public sealed class PodResizeTests
{
    private static readonly RuleTest Pods = new("Pod");

    [Test]
    public void Cpu_and_memory_change_and_nothing_else_of_the_object_is_taken()
    {
        var (value, errors) = Pods.Update(
            Of("""{"requests":{"cpu":"1","memory":"1Gi"}}"""),
            Of("""{"requests":{"cpu":"2","memory":"512Mi"}}""", labels: """{"a":"b"}""", image: "other"),
            "resize");

        var pod = (Pod)value;
        Assert.That(errors, Is.Empty);
        Assert.That(pod.Spec.Containers[0].Resources.Requests["cpu"].ToString(), Is.EqualTo("2"));
        Assert.That((pod.Spec.Containers[0].Image, pod.Metadata.Labels.Count), Is.EqualTo(("i", 0)));
    }

    [TestCase("""{"requests":{"cpu":"1"}}""", "spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed")]
    [TestCase("""{"requests":{"cpu":"1","memory":"1Gi"},"limits":{"cpu":"1","memory":"1Gi"}}""", "spec: Invalid value: \"\": Pod QOS Class may not change as a result of resizing")]
    [TestCase("""{"requests":{"cpu":"1","memory":"1Gi","ephemeral-storage":"1"}}""", "spec: Forbidden: only cpu and memory resources are mutable")]
    public void What_a_resize_may_not_do_is_refused(string resources, string refusal)
    {
        var (_, errors) = Pods.Update(Of("""{"requests":{"cpu":"1","memory":"1Gi"}}"""), Of(resources), "resize");

        Assert.That(errors, Does.Contain(refusal));
    }

    [Test]
    public void Containers_cannot_come_or_go()
    {
        var (_, errors) = Pods.Update(Of("{}"), """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"},{"name":"d","image":"i"}]}}""", "resize");

        Assert.That(errors, Does.Contain("spec.containers: Forbidden: pod updates may not add or remove containers"));
    }

    [Test]
    public void A_static_pod_is_not_resized()
    {
        const string Mirror = """{"metadata":{"name":"p","annotations":{"kubernetes.io/config.mirror":"h"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}""";

        var (_, errors) = Pods.Update(Mirror, Mirror, "resize");

        Assert.That(errors, Is.EqualTo(new[] { ": Forbidden: static pods cannot be resized" }));
    }

    private static string Of(string resources, string labels = "{}", string image = "i") =>
        $$"""{"metadata":{"name":"p","labels":{{labels}}},"spec":{"containers":[{"name":"c","image":"{{image}}","resources":{{resources}} }] } }""";
}
