namespace ControlPlane.Resources.Tests.Pods;

/// <summary>What is allowed of a pod, and told to who writes it.</summary>
public sealed class PodWarningTests
{
    private static readonly RuleTest Pods = new("Pod");
    private static readonly RuleTest Deployments = new("Deployment");

    [TestCase(""" "nodeSelector":{"beta.kubernetes.io/os":"linux"} """, "spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead")]
    [TestCase(""" "topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"failure-domain.beta.kubernetes.io/zone","whenUnsatisfiable":"DoNotSchedule","labelSelector":{}}] """,
        "spec.topologySpreadConstraints[0].topologyKey: failure-domain.beta.kubernetes.io/zone is deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead")]
    [TestCase(""" "affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":[{"topologyKey":"z"}]}} """,
        "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector: a null labelSelector results in matching no pod")]
    [TestCase(""" "hostAliases":[{"ip":"1.2.3.4"},{"ip":"1.2.3.4"}] """, "spec.hostAliases[1].ip: duplicate ip \"1.2.3.4\"")]
    [TestCase(""" "hostAliases":[{"ip":"fd00:0::1"}] """, "spec.hostAliases[0].ip: IPv6 address \"fd00:0::1\" should be in RFC 5952 canonical format (\"fd00::1\")")]
    [TestCase(""" "dnsConfig":{"nameservers":["fd00:0::1"]} """, "spec.dnsConfig.nameservers[0]: IPv6 address \"fd00:0::1\" should be in RFC 5952 canonical format (\"fd00::1\")")]
    [TestCase(""" "imagePullSecrets":[{"name":"s"},{"name":"s"}] """, "spec.imagePullSecrets[1].name: duplicate name \"s\"")]
    [TestCase(""" "terminationGracePeriodSeconds":-1 """, "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1")]
    [TestCase(""" "volumes":[{"name":"v","configMap":{"name":"c","items":[{"key":"a","path":"p"},{"key":"b","path":"p/q"}]}}] """,
        "volume \"v\" (ConfigMap \"c\"): overlapping paths: \"p/q\" with \"p\"")]
    [TestCase(""" "volumes":[{"name":"v","glusterfs":{"endpoints":"e","path":"p"}}] """, "spec.volumes[0].glusterfs: deprecated in v1.25, non-functional in v1.26+")]
    public void A_pod_that_is_hardly_meant_is_told_of(string pod, string warning) => Assert.That(Pods.Warnings(Pod("", pod)), Is.EqualTo(new[] { warning }));

    [TestCase(""" "env":[{"name":"A","value":"1"},{"name":"A","value":"2"}] """, "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply")]
    [TestCase(""" "resources":{"limits":{"memory":"1500m"}} """, "spec.containers[0].resources.limits[memory]: fractional byte value \"1500m\" is invalid, must be an integer", "spec.containers[0].resources.requests[memory]: fractional byte value \"1500m\" is invalid, must be an integer")]
    [TestCase(""" "ports":[{"containerPort":80},{"containerPort":80,"hostPort":8080}] """, "spec.containers[0].ports[1]: overlapping port definition with spec.containers[0].ports[0]")]
    [TestCase(""" "ports":[{"containerPort":80,"name":"a"},{"containerPort":80,"name":"b"}] """, "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]")]
    public void A_container_that_is_hardly_meant_is_told_of(string container, params string[] warnings) => Assert.That(Pods.Warnings(Pod("," + container, "")), Is.EqualTo(warnings));

    [Test]
    public void A_value_that_adds_to_the_one_before_is_meant() =>
        Assert.That(Pods.Warnings(Pod(""","env":[{"name":"A","value":"1"},{"name":"A","value":"$(A)2"}]""", "")), Is.Empty);

    [Test]
    public void A_name_that_no_pod_can_have_is_told_of() =>
        Assert.That(
            Deployments.Warnings("""{"metadata":{"name":"a.b"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""").Single(),
            Does.StartWith("metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: ["));

    private static string Pod(string container, string pod) =>
        $$$"""{"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i"{{{container}}}}]{{{(pod.Length > 0 ? "," : "")}}}{{{pod}}}} }""";
}
