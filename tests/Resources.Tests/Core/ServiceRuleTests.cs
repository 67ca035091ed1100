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

    private static Service Of(string spec) => (Service)Services.Stored($$"""{"metadata":{"name":"s"},"spec":{{spec}}}""");
}
