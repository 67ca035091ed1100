using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Tests.Pods;

public sealed class PodSubresourceTests
{
    private static readonly RuleTest Pods = new("Pod");

    [Test]
    public void An_ephemeral_container_may_come_and_the_rest_stays()
    {
        var (value, errors) = Pods.Update(Of("[]"), Of("""[{"name":"e","image":"i"}]""", image: "other"), "ephemeralcontainers");

        Assert.That(errors, Is.Empty);
        Assert.That(((Pod)value).Spec.EphemeralContainers[0].Name, Is.EqualTo("e"));
        Assert.That(((Pod)value).Spec.Containers[0].Image, Is.EqualTo("i"));
    }

    [Test]
    public void An_ephemeral_container_stays_as_it_is()
    {
        const string One = """[{"name":"e","image":"i"}]""";

        var gone = Pods.Update(Of(One), Of("[]"), "ephemeralcontainers").Errors;
        var changed = Pods.Update(Of(One), Of("""[{"name":"e","image":"j"}]"""), "ephemeralcontainers").Errors;

        Assert.That(gone, Is.EqualTo(new[] { "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"e\" may not be removed\n" }));
        Assert.That(changed.Single(), Does.StartWith("spec.ephemeralContainers: Forbidden: existing ephemeral containers \"e\" may not be changed\n@@ -1,6 +1,6 @@\n {\n  \"Name\": \"e\",\n- \"Image\": \"i\",\n+ \"Image\": \"j\",\n"));
    }

    [TestCase("""{"qosClass":"Guaranteed"}""", "status.qosClass: Invalid value: \"Guaranteed\": field is immutable")]
    [TestCase("""{"podIPs":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]}""", "status.podIPs: Invalid value: [{\"ip\":\"10.0.0.1\"},{\"ip\":\"10.0.0.2\"}]: may specify no more than one IP for each IP family")]
    [TestCase("""{"hostIP":"10.0.0.1","hostIPs":[{"ip":"10.0.0.2"}]}""", "status.hostIPs[0].ip: Invalid value: \"10.0.0.2\": must be equal to `hostIP`")]
    [TestCase("""{"conditions":[{"type":"a b"}]}""", "metadata.conditions[0].Type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    [TestCase("""{"resourceClaimStatuses":[{"name":"x"}]}""", "status.resourceClaimStatuses[0].name: Invalid value: \"x\": must match the name of an entry in `spec.resourceClaims`")]
    public void A_status_that_cannot_be_is_refused(string status, string refusal)
    {
        var (_, errors) = Pods.Update(WithStatus("""{"qosClass":"BestEffort"}"""), WithStatus(status), "status");

        Assert.That(errors, Is.EqualTo(new[] { refusal }));
    }

    [Test]
    public void What_has_ended_for_good_does_not_run_again()
    {
        var (_, errors) = Pods.Update(
            WithStatus("""{"containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":0}}}]}""", "OnFailure"),
            WithStatus("""{"containerStatuses":[{"name":"c","state":{"running":{}}}]}""", "OnFailure"),
            "status");

        Assert.That(errors, Is.EqualTo(new[] { "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state" }));
    }

    [Test]
    public void A_status_without_generations_keeps_those_it_had()
    {
        var (value, _) = Pods.Update(
            WithStatus("""{"observedGeneration":3,"conditions":[{"type":"Ready","status":"True","observedGeneration":2}]}"""),
            WithStatus("""{"conditions":[{"type":"Ready","status":"False"}]}"""),
            "status");

        var status = ((Pod)value).Status;
        Assert.That((status.ObservedGeneration, status.Conditions[0].ObservedGeneration), Is.EqualTo((3, 2)));
    }

    [TestCase("""{"podIP":"10.0.0.1"}""")]
    [TestCase("""{"podIPs":[{"ip":"10.0.0.1"}]}""")]
    [TestCase("""{"podIP":"10.0.0.1","podIPs":[{"ip":"10.0.0.9"}]}""")]
    public void A_pods_address_is_told_in_both_fields(string status)
    {
        var pod = (Pod)Pods.Stored(WithStatus(status));

        Assert.That((pod.Status.PodIP, pod.Status.PodIPs[0].Ip), Is.EqualTo(("10.0.0.1", "10.0.0.1")));
    }

    [Test]
    public void Ports_that_are_in_each_others_way_are_told_across_containers()
    {
        var warnings = Pods.Warnings("""
            {"metadata":{"name":"p"},"spec":{"containers":[
              {"name":"a","image":"i","ports":[{"containerPort":80,"protocol":"TCP"}]},
              {"name":"b","image":"i","ports":[{"containerPort":80,"protocol":"TCP","hostPort":8080}]}]}}
            """);

        Assert.That(warnings, Is.EqualTo(new[] { "spec.containers[1].ports[0]: overlapping port definition with spec.containers[0].ports[0]" }));
    }

    private static string Of(string ephemeral, string image = "i") =>
        $$"""{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"{{image}}"}],"ephemeralContainers":{{ephemeral}} } }""";

    private static string WithStatus(string status, string restartPolicy = "Always") =>
        $$"""{"metadata":{"name":"p"},"spec":{"restartPolicy":"{{restartPolicy}}","containers":[{"name":"c","image":"i"}]},"status":{{status}} }""";
}
