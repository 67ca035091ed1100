namespace ControlPlane.Resources.Tests.Pods;

/// <summary>What is asked of pods and of the pods in templates, beyond what the recorded answers reach.</summary>
public sealed class PodRuleTests
{
    private static readonly RuleTest Pods = new("Pod");
    private static readonly RuleTest Templates = new("PodTemplate");

    [TestCase(""" "hostNetwork":true """, """ "ports":[{"containerPort":80}] """)]
    [TestCase(""" "restartPolicy":"Never" """, """ "restartPolicy":"Never","restartPolicyRules":[{"action":"RestartAllContainers","exitCodes":{"operator":"In","values":[1]}}] """)]
    public void What_upstream_lets_be_in_templates_is_let_be(string pod, string container)
    {
        var template = $$$"""{"metadata":{"name":"t","namespace":"n"},"template":{"spec":{"containers":[{"name":"c","image":"i",{{{container}}}}],{{{pod}}}} }}""";

        Assert.That(Templates.Create(template), Is.Empty);
    }

    [Test]
    public void On_the_nodes_network_a_template_may_not_name_another_port() =>
        Assert.That(
            Templates.Create("""{"metadata":{"name":"t","namespace":"n"},"template":{"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80,"hostPort":81}]}],"hostNetwork":true}}}"""),
            Is.EqualTo(new[] { "template.spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true" }));

    [TestCase(""" "limits":{"hugepages-2Mi":"3Mi","memory":"1Gi"} """, "spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: \"3Mi\": 3Mi is not positive integer multiple of hugepages-2Mi", "spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: \"3Mi\": 3Mi is not positive integer multiple of hugepages-2Mi")]
    [TestCase(""" "claims":[{"name":"a"}] """, "spec.containers[0].resources.claims[0]: Not found: \"a\": must be one of the names in pod.spec.resourceClaims which is empty")]
    [TestCase(""" "requests":{"pods":"1"} """, "spec.containers[0].resources.requests[pods]: Invalid value: \"pods\": must be a standard resource for containers")]
    [TestCase(""" "limits":{"a.b/c":"1500m"} """, "spec.containers[0].resources.limits[a.b/c]: Invalid value: \"1500m\": must be an integer", "spec.containers[0].resources.requests[a.b/c]: Invalid value: \"1500m\": must be an integer")]
    public void Resources_that_cannot_be_had_are_refused(string resources, params string[] refusals) =>
        Assert.That(Pods.Create(Pod($$"""  "resources":{ {{resources}} } """)), Is.EqualTo(refusals));

    [TestCase("""[{"name":"a"},{"name":"a","request":"r"}]""", "spec.containers[0].resources.claims[1]: Duplicate value: \"a\"")]
    [TestCase("""[{"name":"a","request":"r"},{"name":"a","request":"r"}]""", "spec.containers[0].resources.claims[1]: Duplicate value: \"a/r\"")]
    [TestCase("""[{"name":"a","request":"r"},{"name":"a"}]""", "spec.containers[0].resources.claims[1]: Duplicate value: \"a\"")]
    [TestCase("""[{"name":"b"}]""", "spec.containers[0].resources.claims[0]: Not found: \"b\": must be one of the names in pod.spec.resourceClaims: a")]
    public void A_claim_is_used_whole_or_by_its_requests(string claims, string refusal) =>
        Assert.That(
            Pods.Create(Pod($$""" "resources":{"claims":{{claims}}} """, """ "resourceClaims":[{"name":"a","resourceClaimName":"x"}] """)),
            Is.EqualTo(new[] { refusal }));

    [TestCase("""{"limits":{"cpu":"1"},"claims":[{"name":"a"}]}""", "spec.resources.claims: Forbidden: claims cannot be set for Resources at pod-level")]
    [TestCase("""{"requests":{"cpu":"50m"}}""", "spec.resources.requests[cpu]: Invalid value: \"50m\": must be greater than or equal to aggregate container requests of 100m")]
    [TestCase("""{"limits":{"cpu":"150m"},"requests":{"cpu":"100m"}}""", "spec.resources.containers[0][cpu].limits: Invalid value: \"200m\": must be less than or equal to pod limits of 150m")]
    public void The_pod_as_a_whole_has_what_its_containers_have(string whole, string refusal) =>
        Assert.That(
            Pods.Create(Pod(""" "resources":{"limits":{"cpu":"200m"},"requests":{"cpu":"100m"}} """, $$""" "resources":{{whole}} """)).First(),
            Does.StartWith(refusal));

    [TestCase(""" "appArmorProfile":{"type":"Localhost","localhostProfile":" a"} """, "appArmorProfile.localhostProfile: Invalid value: \" a\": must not be padded with whitespace")]
    [TestCase(""" "appArmorProfile":{"type":"Localhost"} """, "appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost")]
    [TestCase(""" "appArmorProfile":{} """, "appArmorProfile.type: Required value: type is required when appArmorProfile is set")]
    [TestCase(""" "windowsOptions":{"runAsUserName":"a\\b\\c"} """, "windowsOptions.runAsUserName: Invalid value: \"a\\\\b\\\\c\": runAsUserName cannot contain more than one backslash")]
    [TestCase(""" "windowsOptions":{"runAsUserName":".a\\b"} """, "windowsOptions.runAsUserName: Invalid value: \".a\\\\b\": runAsUserName's Domain doesn't match the NetBios nor the DNS format")]
    [TestCase(""" "windowsOptions":{"runAsUserName":".."} """, "windowsOptions.runAsUserName: Invalid value: \"..\": runAsUserName's User cannot contain only periods or spaces")]
    [TestCase(""" "windowsOptions":{"runAsUserName":"a@b"} """, "windowsOptions.runAsUserName: Invalid value: \"a@b\": runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]")]
    public void A_container_that_runs_as_nobody_could_is_refused(string context, string refusal) =>
        Assert.That(Pods.Create(Pod($$""" "securityContext":{ {{context}} } """)), Is.EqualTo(new[] { "spec.containers[0].securityContext." + refusal }));

    [Test]
    public void Processes_of_a_windows_node_are_all_of_a_pods_containers_or_none()
    {
        var pod = """
            {"metadata":{"name":"p","namespace":"n"},"spec":{"securityContext":{"windowsOptions":{"hostProcess":true}},"containers":[
            {"name":"a","image":"i"},{"name":"b","image":"i","securityContext":{"windowsOptions":{"hostProcess":false}}}]}}
            """;

        Assert.That(Pods.Create(pod), Is.EqualTo(new[]
        {
            "spec.containers[1].securityContext.windowsOptions.hostProcess: Invalid value: false: pod hostProcess value must be identical if both are specified, was true",
            "spec: Invalid value: \"\": If pod contains any hostProcess containers then all containers must be HostProcess containers",
            "spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers",
        }));
    }

    [Test]
    public void A_preference_for_a_label_that_cannot_be_is_let_be()
    {
        const string Term = """{"matchExpressions":[{"key":"k","operator":"In","values":["no label"]}]}""";

        var preferred = Pods.Create(Pod("", $$$""" "affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{{{Term}}}}]}} """));
        var required = Pods.Create(Pod("", $$$""" "affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{{{Term}}}] } } } """));

        Assert.That(preferred, Is.Empty);
        Assert.That(required.Single(), Does.StartWith("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[0]: Invalid value: \"no label\""));
    }

    [Test]
    public void A_selector_says_nothing_of_the_labels_that_come_from_the_pod() =>
        Assert.That(
            Pods.Create("""
                {"metadata":{"name":"p","namespace":"n","labels":{"k":"v"}},"spec":{"containers":[{"name":"c","image":"i"}],"topologySpreadConstraints":[
                {"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule","matchLabelKeys":["k"],"labelSelector":{"matchLabels":{"k":"v"}}}]}}
                """),
            Is.EqualTo(new[] { "spec.topologySpreadConstraints[0][0]: Invalid value: \"k\": exists in both matchLabelKeys and labelSelector" }));

    [Test]
    public void The_claim_of_an_ephemeral_volume_has_no_name_of_its_own() =>
        Assert.That(
            Pods.Create(Pod("", """
                "volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"metadata":{"name":"x","finalizers":["a/b"]},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}}}]
                """)),
            Is.EqualTo(new[]
            {
                "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set",
                "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.finalizers: Forbidden: cannot be set",
            }));

    [Test]
    public void An_annotation_and_a_field_of_a_template_agree() =>
        Assert.That(
            Templates.Create("""
                {"metadata":{"name":"t","namespace":"n"},"template":{"metadata":{"annotations":{"seccomp.security.alpha.kubernetes.io/pod":"unconfined"} },
                "spec":{"securityContext":{"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"c","image":"i"}]}}}
                """),
            Is.EqualTo(new[] { "template.spec.securityContext.seccompProfile.type: Forbidden: seccomp type in annotation and field must match" }));

    [Test]
    public void What_an_ephemeral_container_cannot_have_is_listed_in_upstreams_order()
    {
        const string Old = """{"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"qosClass":"BestEffort"}}""";
        const string Sent = """
            {"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i"}],"ephemeralContainers":[{"name":"e","image":" i","lifecycle":{"preStop":{"exec":{"command":["a"]}}},
            "resources":{"claims":[]},"restartPolicy":"Always","readinessProbe":{"exec":{"command":["a"]}},"ports":[{"containerPort":1}]}]}}
            """;

        Assert.That(Pods.Update(Old, Sent, "ephemeralcontainers").Errors, Is.EqualTo(new[]
        {
            "spec.ephemeralContainers[0].image: Invalid value: \" i\": must not have leading or trailing whitespace",
            "spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container",
            "spec.ephemeralContainers[0].restartPolicy: Forbidden: cannot be set for an Ephemeral Container",
            "spec.ephemeralContainers[0].readinessProbe: Forbidden: cannot be set for an Ephemeral Container",
            "spec.ephemeralContainers[0].lifecycle: Forbidden: cannot be set for an Ephemeral Container",
        }));
    }

    [TestCase("""[{"name":"x","resources":[{"resourceID":"1","health":"Healthy"}]}]""", "[0].name: Invalid value: \"x\": must match one of the container's resource requests")]
    [TestCase("""[{"name":"claim:a"}]""", "[0].name: Invalid value: \"claim:a\": must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty")]
    [TestCase("""[{"name":"cpu","resources":[{"resourceID":"1","health":"Fine"}]}]""", "[0].resources[0].health: Unsupported value: \"Fine\": supported values: \"Healthy\", \"Unhealthy\", \"Unknown\"")]
    [TestCase("""[{"name":"cpu","resources":[{"resourceID":"1","health":"Healthy"},{"resourceID":"1","health":"Unknown"}]}]""", "[0].resources[1].resourceID: Duplicate value: \"1\"")]
    public void The_health_of_a_device_is_told_of_what_its_container_asks_for(string health, string refusal)
    {
        var old = Pod(""" "resources":{"requests":{"cpu":"1"}} """);
        var sent = old[..^1] + $$$""","status":{"containerStatuses":[{"name":"c","allocatedResourcesStatus":{{{health}}}}]} }""";

        Assert.That(Pods.Update(old, sent, "status").Errors, Is.EqualTo(new[] { "status.containerStatuses[0].allocatedResourcesStatus" + refusal }));
    }

    [Test]
    public void Conditions_of_a_gated_pod_are_added_behind_those_it_has()
    {
        static string Of(string expressions) => Pod("", $$$"""
            "schedulingGates":[{"name":"g"}],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{{{expressions}}}] } ] } } }
            """);
        const string A = """{"key":"a","operator":"Exists"}""";
        const string B = """{"key":"b","operator":"Exists"}""";

        Assert.That(Pods.Update(Of(A), Of($"{A},{B}")).Errors, Is.Empty);
        Assert.That(Pods.Update(Of(A), Of($"{B},{A}")).Errors.Single(), Does.EndWith("only additions are allowed (no mutations or deletions)"));
    }

    private static string Pod(string container, string pod = "") =>
        $$$"""{"metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"c","image":"i"{{{(container.Length > 0 ? "," : "")}}}{{{container}}}}]{{{(pod.Length > 0 ? "," : "")}}}{{{pod}}}} }""";
}
