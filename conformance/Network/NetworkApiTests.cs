using k8s.Models;

namespace ControlPlane.Conformance.Network;

/// <summary>Services, ingresses and addresses, as objects.</summary>
internal sealed class NetworkApiTests
{
    [Test, Conformance("[sig-network] Ingress API should support creating Ingress API operations [Conformance]")]
    public async Task Ingresses_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(
            scratch.Of<V1Ingress>(), static name => $$$$$$"""{metadata: {name: {{{{{{name}}}}}}}, spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}}""",
            """{"status":{"loadBalancer":{"ingress":[{"ip":"169.1.1.1"}]}}}""", static ingress => ingress.Status.LoadBalancer.Ingress.Single().Ip == "169.1.1.1");
    }

    [Test, Conformance("[sig-network] IngressClass API should support creating IngressClass API operations [Conformance]")]
    public Task Ingress_classes_have_all_operations() =>
        ApiOperations.WorkAsync(SharedCluster.Of<V1IngressClass>(), static name => $$$"""{metadata: {name: {{{name}}}}, spec: {controller: example.com/controller}}""");

    [Test, Conformance("[sig-network] Services should find a service from listing all namespaces [Conformance]")]
    public async Task The_service_of_the_api_server_is_among_all_services() =>
        Assert.That((await SharedCluster.Of<V1Service>().ListAsync()).Select(static one => (one.Metadata.NamespaceProperty, one.Metadata.Name)), Does.Contain(("default", "kubernetes")));

    [Test, Conformance("[sig-network] Services should delete a collection of services [Conformance]")]
    public async Task Services_are_deleted_by_label()
    {
        await using var scratch = await Scratch.CreateAsync();
        var services = scratch.Of<V1Service>();
        foreach (var (name, label) in new[] { ("one", "test"), ("two", "test"), ("three", "other") })
            await services.CreateAsync($"{{metadata: {{name: {name}, labels: {{of: {label}}}}}, spec: {{ports: [{{port: 80}}]}}}}");
        await services.DeleteCollectionAsync("labelSelector=of%3Dtest");
        Assert.That((await services.ListAsync()).Select(static one => one.Metadata.Name), Is.EqualTo(new[] { "three" }));
    }

    [Test, Conformance("[sig-network] Services should complete a service status lifecycle [Conformance]")]
    public async Task The_status_of_a_service_is_patched_and_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(
            scratch.Of<V1Service>(), static name => $$$"""{metadata: {name: {{{name}}}}, spec: {type: LoadBalancer, ports: [{port: 80}]}}""",
            """{"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.1"}]},"conditions":[{"type":"Tried","status":"True","reason":"Test","message":"m","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""",
            static service => service.Status.LoadBalancer.Ingress.Single().Ip == "203.0.113.1" && service.Status.Conditions.Single().Type == "Tried");
    }

    [Test, Conformance("[sig-network] ServiceCIDR and IPAddress API should support IPAddress API operations [Conformance]")]
    public Task Addresses_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1IPAddress>(),
        static name => $"{{metadata: {{name: 192.168.7.{(int)name[^1]}, labels: {{ipaddress.kubernetes.io/ip-family: IPv4}}}}, spec: {{parentRef: {{resource: services, name: web, namespace: default}}}}}}");

    [Test, Conformance("[sig-network] ServiceCIDR and IPAddress API should support ServiceCIDR API operations [Conformance]")]
    public Task Ranges_of_services_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1ServiceCIDR>(), static name => $"{{metadata: {{name: {name}}}, spec: {{cidrs: [10.253.{(int)name[^1]}.0/24]}}}}",
        """{"status":{"conditions":[{"type":"Tried","status":"True","reason":"Test","message":"m","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""",
        static range => range.Status.Conditions.Any(static condition => condition.Type == "Tried"));
}
