using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Tests.Core;

public sealed class ServiceRuleTests
{
    private static readonly RuleTest Services = new("Service");

    [TestCase("""{"ports":[{"port":80}],"selector":{"a":"b"}}""", "SingleStack", "IPv4")]
    [TestCase("""{"ports":[{"port":80}],"clusterIP":"None","clusterIPs":["None"],"selector":{"a":"b"}}""", "SingleStack", "IPv4")]
    [TestCase("""{"ports":[{"port":80}],"clusterIP":"None","clusterIPs":["None"]}""", "RequireDualStack", "IPv4,IPv6")]
    [TestCase("""{"ports":[{"port":80}],"clusterIP":"None","clusterIPs":["None"],"ipFamilies":["IPv6"]}""", "RequireDualStack", "IPv6,IPv4")]
    [TestCase("""{"ports":[{"port":80}],"ipFamilyPolicy":"PreferDualStack"}""", "PreferDualStack", "IPv4")]
    public void Families_follow_from_what_was_said(string spec, string policy, string families)
    {
        var made = ServiceFamilies.Of(Of(spec), null);

        Assert.That(made.Spec.IpFamilyPolicy, Is.EqualTo(policy));
        Assert.That(string.Join(",", made.Spec.IpFamilies), Is.EqualTo(families));
    }

    [TestCase("""{"ports":[{"port":80}],"ipFamilyPolicy":"RequireDualStack"}""", "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services")]
    [TestCase("""{"ports":[{"port":80}],"ipFamilies":["IPv6"]}""", "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster")]
    [TestCase("""{"ports":[{"port":80}],"ipFamilies":["IPv4","IPv6"]}""", "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified")]
    [TestCase("""{"ports":[{"port":80}],"clusterIP":"fd00::1","clusterIPs":["fd00::1"]}""", "spec.clusterIPs[0]: Invalid value: [\"fd00::1\"]: IPv6 is not configured on this cluster")]
    [TestCase("""{"ports":[{"port":80}],"clusterIP":"None-x","clusterIPs":["None-x"]}""", "spec.clusterIPs[0]: Invalid value: \"None-x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    public void Families_that_the_cluster_lacks_are_refused(string spec, string refusal)
    {
        var refused = Assert.Throws<ApiException>(() => ServiceFamilies.Of(Of(spec), null));

        Assert.That(refused.Message, Is.EqualTo($"Service \"s\" is invalid: {refusal}"));
    }

    [Test]
    public void A_port_keeps_its_node_port_by_its_name()
    {
        var old = """{"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"name":"a","port":80,"nodePort":30001},{"name":"b","port":81,"nodePort":30002}]}}""";
        var sent = """{"metadata":{"name":"s"},"spec":{"type":"NodePort","ports":[{"name":"b","port":80},{"name":"c","port":81}]}}""";

        var made = (Service)Services.Update(old, sent).Object;

        Assert.That(made.Spec.Ports.Select(port => port.NodePort), Is.EqualTo(new[] { 30002, 0 }));
    }

    [TestCase("""{"ports":[{"port":80}],"clusterIP":"10.0.0.2","clusterIPs":["10.0.0.2"]}""", "spec.clusterIPs[0]: Invalid value: [\"10.0.0.2\"]: may not change once set")]
    [TestCase("""{"ports":[{"port":80}]}""", "spec.clusterIPs[0]: Invalid value: null: primary clusterIP can not be unset")]
    public void An_address_once_given_stays(string spec, string refusal)
    {
        var errors = new FieldErrors();

        ServiceAddressChecks.CheckUpdate(Of(spec), Of("""{"ports":[{"port":80}],"clusterIP":"10.0.0.1","clusterIPs":["10.0.0.1"]}"""), errors.At("spec"));

        Assert.That(errors.All.Select(error => error.ToString()), Is.EqualTo(new[] { refusal }));
    }

    [TestCase(
        """ "service.kubernetes.io/topology-mode":"Auto","service.kubernetes.io/topology-aware-hints":"Disabled" """,
        "ClusterIP",
        "metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: \"Auto\": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified")]
    [TestCase(
        """ "service.beta.kubernetes.io/load-balancer-source-ranges":"10.0.0.0/8, x" """,
        "LoadBalancer",
        "metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    public void Annotations_that_mean_something_are_checked(string annotations, string type, string refusal) =>
        Assert.That(
            Services.Create($$$"""{"metadata":{"name":"s","annotations":{ {{{annotations}}} } },"spec":{"ports":[{"port":80}],"type":"{{{type}}}"} }"""),
            Is.EqualTo(new[] { refusal }));

    [Test]
    public void Two_ports_of_one_number_and_protocol_are_refused() =>
        Assert.That(
            Services.Create("""{"metadata":{"name":"s"},"spec":{"ports":[{"name":"a","port":80},{"name":"b","port":80}]}}"""),
            Is.EqualTo(new[] { "spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}" }));

    [Test]
    public void Only_load_balancers_have_an_ingress()
    {
        const string Plain = """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}""";
        var sent = Plain[..^1] + ""","status":{"loadBalancer":{"ingress":[{"ip":"x"}]}}}""";

        Assert.That(
            Services.Update(Plain, sent, "status").Errors,
            Is.EqualTo(new[] { "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'" }));
    }

    private static Service Of(string spec) => (Service)Services.Stored($$"""{"metadata":{"name":"s"},"spec":{{spec}}}""");
}
