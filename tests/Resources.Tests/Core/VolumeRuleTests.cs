namespace ControlPlane.Resources.Tests.Core;

public sealed class VolumeRuleTests
{
    private static readonly RuleTest Volumes = new("PersistentVolume");
    private static readonly RuleTest Claims = new("PersistentVolumeClaim");

    [TestCase("""{"iscsi":{"targetPortal":"p","iqn":"x"}}""", "spec.iscsi.iqn: Invalid value: \"x\": must be valid format")]
    [TestCase("""{"fc":{"targetWWNs":["a"]}}""", "spec.fc.lun: Required value: lun is required if targetWWNs is specified")]
    [TestCase("""{"glusterfs":{"endpoints":"e","path":"p","endpointsNamespace":""}}""", "spec.glusterfs.endpointsNamespace: Invalid value: \"\": if the endpointnamespace is set, it must be a valid namespace name")]
    [TestCase("""{"azureFile":{"secretName":"s","shareName":"t","secretNamespace":""}}""", "spec.azureFile.secretNamespace: Required value")]
    [TestCase("""{"gcePersistentDisk":{"pdName":"d","partition":300}}""", "spec.persistentDisk.partition: Invalid value: 300: must be between 1 and 255, inclusive")]
    [TestCase("""{"flexVolume":{"driver":"d","options":{"kubernetes.io/a":"b"}}}""", "spec.flexVolume.options[kubernetes.io/a]: Invalid value: \"kubernetes.io/a\": kubernetes.io and k8s.io namespaces are reserved")]
    [TestCase("""{"quobyte":{"registry":"host","volume":"v"}}""", "spec.quobyte.registry: Invalid value: \"host\": must be a host:port pair or multiple pairs separated by commas")]
    [TestCase("""{"local":{"path":"/x"}}""", "spec.nodeAffinity: Required value: Local volume requires node affinity")]
    [TestCase("""{"nfs":{"server":"s","path":"/x"},"hostPath":{"path":"/y"}}""", "spec.nfs: Forbidden: may not specify more than 1 volume type")]
    [TestCase("""{"hostPath":{"path":"/y"},"volumeAttributesClassName":"a"}""", "spec.csi: Required value: has to be specified when using volumeAttributesClassName")]
    public void A_volume_that_is_described_wrong_is_refused(string source, string refusal) =>
        Assert.That(Volumes.Create(Volume(source)), Is.EqualTo(new[] { refusal }));

    [Test]
    public void A_secret_for_growing_may_be_named_later()
    {
        const string Csi = """ "driver":"d.x","volumeHandle":"h" """;

        var (_, errors) = Volumes.Update(
            Volume($$$"""{"csi":{ {{{Csi}}} }}"""),
            Volume($$$"""{"csi":{ {{{Csi}}},"controllerExpandSecretRef":{"name":"n","namespace":"m"} }}"""));

        Assert.That(errors, Is.Empty);
    }

    [Test]
    public void A_node_label_may_be_called_by_its_stable_name()
    {
        static string On(string label) => Volume(
            $$$"""{"hostPath":{"path":"/y"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"{{{label}}}","operator":"Exists"}]}]} } }""");

        var stable = Volumes.Update(On("beta.kubernetes.io/os"), On("kubernetes.io/os")).Errors;
        var other = Volumes.Update(On("beta.kubernetes.io/os"), On("kubernetes.io/arch")).Errors;

        Assert.That(stable, Is.Empty);
        Assert.That(other.Single(), Does.StartWith("nodeAffinity: Invalid value: {\"Required\":{\"NodeSelectorTerms\":[{\"MatchExpressions\":[{\"Key\":\"kubernetes.io/arch\",\"Operator\":\"Exists\",\"Values\":null}],\"MatchFields\":null}]}}: field is immutable"));
    }

    [Test]
    public void A_bound_claim_may_ask_for_more_and_not_for_less_than_it_has()
    {
        const string Bound = """ "phase":"Bound","capacity":{"storage":"2Gi"} """;

        Assert.That(Claims.Update(Claim("2Gi", Bound), Claim("3Gi", Bound)).Errors, Is.Empty);
        Assert.That(
            Claims.Update(Claim("4Gi", Bound), Claim("2Gi", Bound)).Errors,
            Is.EqualTo(new[] { "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity" }));
        Assert.That(Claims.Update(Claim("4Gi", Bound), Claim("3Gi", Bound)).Errors, Is.Empty);
    }

    [Test]
    public void A_claim_gets_a_class_while_it_has_none()
    {
        var (_, errors) = Claims.Update(Claim("1Gi", ""), Claim("1Gi", "", """ "storageClassName":"s", """));

        Assert.That(errors, Is.Empty);
    }

    [Test]
    public void How_a_claims_resize_stands_is_one_of_few_words()
    {
        var (_, errors) = Claims.Update(Claim("1Gi", ""), Claim("1Gi", """ "allocatedResourceStatuses":{"storage":"Soon"} """), "status");

        Assert.That(errors.Single(), Does.StartWith("status.allocatedResourceStatus: Unsupported value: \"storage\": supported values: \"ControllerResizeInProgress\""));
    }

    private static string Volume(string spec) =>
        $$"""{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],{{spec[1..]}} }""";

    private static string Claim(string size, string status, string more = "") =>
        $$$"""{"metadata":{"name":"c","namespace":"n"},"spec":{ {{{more}}} "accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"{{{size}}}"} } },"status":{ {{{status}}} }}""";
}
