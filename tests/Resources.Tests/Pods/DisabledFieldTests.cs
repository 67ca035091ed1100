using ControlPlane.Machinery.Features;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Tests.Pods;

public sealed class DisabledFieldTests
{
    private static readonly RuleTest Pods = new("Pod");
    private static readonly RuleTest Deployments = new("Deployment");

    [TestCase("ContainerStopSignals", """ "os":{"name":"linux"},"containers":[{"name":"c","image":"i","lifecycle":{"stopSignal":"SIGUSR1"}}] """)]
    [TestCase("GenericWorkload", """ "containers":[{"name":"c","image":"i"}],"schedulingGroup":{"podGroupName":"g"} """)]
    [TestCase("ClusterTrustBundleProjection", """ "containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","projected":{"sources":[{"clusterTrustBundle":{"name":"b","path":"p"}}]}}] """)]
    [TestCase("PodCertificateRequest", """ "containers":[{"name":"c","image":"i"}],"volumes":[{"name":"v","projected":{"sources":[{"podCertificate":{"signerName":"a.b/c","keyType":"ED25519","keyPath":"k"}}]}}] """)]
    [TestCase("EnvFiles", """ "containers":[{"name":"c","image":"i","env":[{"name":"E","valueFrom":{"fileKeyRef":{"volumeName":"v","path":"p","key":"k"}}}]}] """)]
    [TestCase("PodLevelResources", """ "containers":[{"name":"c","image":"i"}],"resources":{"limits":{"cpu":"1"}} """)]
    [TestCase("HostnameOverride", """ "containers":[{"name":"c","image":"i"}],"hostnameOverride":"h" """)]
    public void A_field_of_a_feature_that_is_off_is_dropped_unless_it_is_in_use(string gate, string spec)
    {
        var pod = ((Pod)Pods.Stored($$"""{"metadata":{"name":"p","namespace":"n"},"spec":{ {{spec}} } }""")).Spec;
        var (off, on) = (FeatureGates.Parse($"{gate}=false"), FeatureGates.Parse($"{gate}=true"));

        Assert.That(pod.WithoutDisabled(null, off), Is.Not.EqualTo(pod));
        Assert.That(pod.WithoutDisabled(pod, off), Is.EqualTo(pod));
        Assert.That(pod.WithoutDisabled(null, on), Is.EqualTo(pod));
    }

    [Test]
    public void Templates_lose_them_too()
    {
        const string Plain = """{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""";
        var sent = Plain.Replace("\"image\":\"i\"", """ "image":"i","lifecycle":{"stopSignal":"SIGUSR1","preStop":{"exec":{"command":["a"]}}} """, StringComparison.Ordinal);

        var made = (Deployment)Deployments.Update(Plain, sent).Object;

        Assert.That(made.Spec.Template.Spec.Containers[0].Lifecycle, Is.EqualTo(new Lifecycle { PreStop = new() { Exec = new() { Command = ["a"] } } }));
    }
}
