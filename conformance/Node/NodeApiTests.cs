using System.Net;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.Node;

/// <summary>Leases, pod templates, devices and nodes, as objects.</summary>
internal sealed class NodeApiTests
{
    [Test, Conformance("[sig-node] Lease lease API should be available [Conformance]")]
    public async Task Leases_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(
            scratch.Of<V1Lease>(),
            static name => $$$"""{metadata: {name: {{{name}}}}, spec: {holderIdentity: holder, leaseDurationSeconds: 30, leaseTransitions: 1, acquireTime: 2026-01-01T00:00:00.123456Z, renewTime: 2026-01-01T00:00:05.123456Z}}""");
    }

    [Test, Conformance("[sig-node] PodTemplates should run the lifecycle of PodTemplates [Conformance]")]
    public async Task Pod_templates_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(scratch.Of<V1PodTemplate>(), Template);
    }

    [Test, Conformance("[sig-node] PodTemplates should delete a collection of pod templates [Conformance]")]
    public async Task Pod_templates_are_deleted_by_label()
    {
        await using var scratch = await Scratch.CreateAsync();
        var templates = scratch.Of<V1PodTemplate>();
        foreach (var name in new[] { "one", "two", "three" })
            await templates.CreateAsync(Template(name));
        Assert.That(await templates.ListAsync("labelSelector=of%3Dtest"), Has.Count.EqualTo(3));
        await templates.DeleteCollectionAsync("labelSelector=of%3Dtest");
        Assert.That(await templates.ListAsync("labelSelector=of%3Dtest"), Is.Empty);
    }

    [Test, Conformance("[sig-node] PodTemplates should replace a pod template [Conformance]")]
    public async Task A_pod_template_is_replaced()
    {
        await using var scratch = await Scratch.CreateAsync();
        var templates = scratch.Of<V1PodTemplate>();
        var made = await templates.CreateAsync(Template("one"));
        made.Metadata.Annotations = new Dictionary<string, string> { ["updated"] = "true" };
        made.Template.Spec.Containers[0].Image = "other";
        var replaced = await templates.ReplaceAsync(made);
        Assert.That((replaced.Metadata.Annotations["updated"], replaced.Template.Spec.Containers[0].Image), Is.EqualTo(("true", "other")));
    }

    [Test, Conformance("[sig-node] Node Lifecycle should run through the lifecycle of a node [Conformance]")]
    public async Task A_node_has_all_operations()
    {
        var nodes = SharedCluster.Of<V1Node>();
        var name = $"n-{Guid.NewGuid():N}"[..12];
        await nodes.CreateAsync($$$"""{metadata: {name: {{{name}}}, labels: {of: {{{name}}}}}, spec: {unschedulable: true}}""");
        Assert.That((await nodes.GetAsync(name)).Spec.Unschedulable, Is.True);
        Assert.That((await nodes.PatchAsync(name, """{"metadata":{"labels":{"patched":"true"}}}""", Resource<V1Node>.Strategic)).Metadata.Labels["patched"], Is.EqualTo("true"));
        Assert.That((await nodes.UpdateAsync(name, static node => node.Metadata.Labels["updated"] = "true")).Metadata.Labels["updated"], Is.EqualTo("true"));
        var status = """{"status":{"conditions":[{"type":"Tried","status":"True","reason":"Test","message":"m"}]}}""";
        await nodes.PatchAsync(name, status, Resource<V1Node>.Strategic, "status");
        Assert.That((await nodes.GetAsync(name, "status")).Status.Conditions, Has.Some.Matches<V1NodeCondition>(static condition => condition is { Type: "Tried", Status: "True" }));
        await nodes.DeleteCollectionAsync($"labelSelector=of%3D{name}");
        await nodes.UntilGoneAsync(name);
    }

    [Test, Conformance("[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 DeviceClass [Conformance]")]
    public Task Device_classes_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1DeviceClass>(), static name => $$$"""{metadata: {name: {{{name}}}}, spec: {selectors: [{cel: {expression: "device.driver == 'one.example.com'"}}]}}""");

    [Test, Conformance("[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaim [Conformance]")]
    public async Task Resource_claims_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(
            scratch.Of<Resourcev1ResourceClaim>(), static name => $$$$"""{metadata: {name: {{{{name}}}}}, spec: {devices: {requests: [{name: one, exactly: {deviceClassName: {{{{name}}}}}}]}}}""",
            """{"status":{"allocation":{"devices":{"results":[{"request":"one","driver":"one.example.com","pool":"pool","device":"dev-1"}]}}}}""",
            static claim => claim.Status.Allocation.Devices.Results.Single().Device == "dev-1");
    }

    [Test, Conformance("[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaimTemplate [Conformance]")]
    public async Task Resource_claim_templates_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(
            scratch.Of<V1ResourceClaimTemplate>(), static name => $$$$$"""{metadata: {name: {{{{{name}}}}}}, spec: {spec: {devices: {requests: [{name: one, exactly: {deviceClassName: {{{{{name}}}}}}}]}}}}""");
    }

    [Test, Conformance("[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceSlice [Conformance]")]
    public Task Resource_slices_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1ResourceSlice>(),
        static name => $$$$"""{metadata: {name: {{{{name}}}}}, spec: {driver: one.example.com, allNodes: true, pool: {name: {{{{name}}}}, generation: 1, resourceSliceCount: 1}, devices: [{name: dev-1, attributes: {model: {string: small}}}]}}""");

    [Test, Conformance("[sig-node] ConfigMap should fail to create ConfigMap with empty key [Conformance]")]
    public async Task A_config_map_has_no_empty_key()
    {
        await using var scratch = await Scratch.CreateAsync();
        var refusal = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => scratch.Of<V1ConfigMap>().CreateAsync("{metadata: {name: one}, data: {'': value}}"));
        Assert.That(refusal.Message, Does.Contain("data[]: Invalid value"));
    }

    [Test, Conformance("[sig-node] ConfigMap should run through a ConfigMap lifecycle [Conformance]")]
    public async Task Config_maps_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(scratch.Of<V1ConfigMap>(), static name => $$$"""{metadata: {name: {{{name}}}}, data: {key: value}}""");
    }

    [Test, Conformance("[sig-node] ConfigMap should update ConfigMap successfully [NodeConformance] [Conformance]")]
    public async Task A_config_map_is_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        await maps.CreateAsync("{metadata: {name: one}, data: {key: value}}");
        await maps.UpdateAsync("one", static map => map.Data = new Dictionary<string, string> { ["key"] = "other", ["more"] = "text" });
        Assert.That((await maps.GetAsync("one")).Data, Is.EquivalentTo(new Dictionary<string, string> { ["key"] = "other", ["more"] = "text" }));
    }

    [Test, Conformance("[sig-node] Secrets should fail to create secret due to empty secret key [Conformance]")]
    public async Task A_secret_has_no_empty_key()
    {
        await using var scratch = await Scratch.CreateAsync();
        var refusal = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => scratch.Of<V1Secret>().CreateAsync("{metadata: {name: one}, data: {'': dmFsdWU=}}"));
        Assert.That(refusal.Message, Does.Contain("data[]: Invalid value"));
    }

    [Test, Conformance("[sig-node] Secrets should patch a secret [Conformance]")]
    public async Task A_secret_is_patched()
    {
        await using var scratch = await Scratch.CreateAsync();
        var secrets = scratch.Of<V1Secret>();
        await secrets.CreateAsync("{metadata: {name: one, labels: {of: test}}, type: Opaque, data: {key: dmFsdWU=}}");
        await secrets.PatchAsync("one", """{"metadata":{"labels":{"patched":"true"}},"data":{"key":"b3RoZXI="}}""", Resource<V1Secret>.Strategic);
        var found = (await secrets.Everywhere.ListAsync("labelSelector=of%3Dtest,patched%3Dtrue")).Single(secret => secret.Metadata.NamespaceProperty == scratch.Name);
        Assert.That(found.Data["key"], Is.EqualTo("other"u8.ToArray()));
        await secrets.DeleteCollectionAsync("labelSelector=of%3Dtest");
        Assert.That(await secrets.FindAsync("one"), Is.Null);
    }

    [Test, Conformance("[sig-node] Sysctls [LinuxOnly] [NodeConformance] should reject invalid sysctls [Conformance]")]
    public async Task Invalid_sysctls_are_refused_with_their_paths()
    {
        await using var scratch = await Scratch.CreateAsync();
        var refusal = await RefusedAsync(
            HttpStatusCode.UnprocessableEntity,
            () => scratch.Pods.CreateAsync(PodRuns.Idle("one", pod: "securityContext: {sysctls: [{name: foo-, value: bar}, {name: kernel.shmmax, value: '100000000'}, {name: safe-and-unsafe, value: '1'}, {name: bar.., value: '42'}]}")));
        Assert.That(refusal.Message, Does.Contain("spec.securityContext.sysctls[0].name: Invalid value: \"foo-\"").And.Contain("spec.securityContext.sysctls[3].name: Invalid value: \"bar..\""));
        Assert.That(refusal.Message, Does.Not.Contain("sysctls[1]").And.Not.Contain("sysctls[2]"));
    }

    private static string Template(string name) => $$$$"""{metadata: {name: {{{{name}}}}, labels: {of: test}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: none}]}}}""";
}
