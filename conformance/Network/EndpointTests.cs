using k8s.Models;

namespace ControlPlane.Conformance.Network;

/// <summary>Endpoints and EndpointSlices follow Services and pods.</summary>
internal sealed class EndpointTests
{
    private const string OfWeb = "labelSelector=kubernetes.io%2Fservice-name%3Dweb";

    [Test, Conformance("[sig-network] Endpoints should test the lifecycle of an Endpoint [Conformance]")]
    public async Task Endpoints_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(scratch.Of<V1Endpoints>(), static name => $$"""{metadata: {name: {{name}}}, subsets: [{addresses: [{ip: 10.0.0.24}], ports: [{name: http, port: 80, protocol: TCP}]}]}""");
    }

    [Test, Conformance("[sig-network] EndpointsController should create and delete Endpoints for a Service with a selector that matches no pods [Conformance]")]
    public async Task Endpoints_come_and_go_with_a_service_without_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1Service>().CreateAsync(Service);
        var made = await scratch.Of<V1Endpoints>().UntilAsync("web", static _ => true);
        Assert.That(made.Subsets, Is.Null.Or.Empty);
        await scratch.Of<V1Service>().DeleteAsync("web");
        await scratch.Of<V1Endpoints>().UntilGoneAsync("web");
    }

    [Test, Conformance("[sig-network] EndpointSlice should create and delete EndpointSlices for a Service with a selector that matches no pods [Conformance]")]
    public async Task Slices_come_and_go_with_a_service_without_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1Service>().CreateAsync(Service);
        var slices = await scratch.Of<V1EndpointSlice>().UntilAllAsync(static all => all.Count == 1, OfWeb);
        Assert.That(slices[0].Endpoints, Is.Null.Or.Empty);
        await scratch.Of<V1Service>().DeleteAsync("web");
        await scratch.Of<V1EndpointSlice>().UntilAllAsync(static all => all.Count == 0, OfWeb);
    }

    [Test, Conformance("[sig-network] EndpointsController should create Endpoints for Pods matching a Service [Conformance]")]
    public async Task Endpoints_list_the_ready_pods_of_a_service()
    {
        await using var scratch = await Scratch.CreateAsync();
        var (one, two) = await TwoPodsAsync(scratch);
        await scratch.Of<V1Endpoints>().UntilAsync("web", endpoints => Addresses(endpoints).SequenceEqual(new[] { one, two }.Order(StringComparer.Ordinal)));
        await scratch.Pods.DeleteAsync("two");
        await scratch.Of<V1Endpoints>().UntilAsync("web", endpoints => Addresses(endpoints).SequenceEqual([one]));

        static IEnumerable<string> Addresses(V1Endpoints endpoints) =>
            (endpoints.Subsets ?? []).SelectMany(static subset => subset.Addresses ?? []).Select(static address => address.Ip).Order(StringComparer.Ordinal);
    }

    [Test, Conformance("[sig-network] EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service [Conformance]")]
    public async Task Slices_list_the_pods_of_a_service_with_their_node_and_target()
    {
        await using var scratch = await Scratch.CreateAsync();
        var (one, two) = await TwoPodsAsync(scratch);
        var slices = await scratch.Of<V1EndpointSlice>().UntilAllAsync(static all => all.Sum(static slice => slice.Endpoints?.Count(static endpoint => endpoint.Conditions.Ready == true) ?? 0) == 2, OfWeb);
        var endpoints = slices.SelectMany(static slice => slice.Endpoints).OrderBy(static endpoint => endpoint.TargetRef.Name, StringComparer.Ordinal).ToList();
        Assert.That(endpoints.Select(static endpoint => (endpoint.TargetRef.Kind, endpoint.TargetRef.Name, endpoint.Addresses.Single(), endpoint.NodeName)), Is.EqualTo(new[] { ("Pod", "one", one, "node-a"), ("Pod", "two", two, "node-a") }));
        var port = slices[0].Ports.Single();
        Assert.That((port.Name, port.Port, port.Protocol, slices[0].AddressType), Is.EqualTo(("http", (int?)8080, "TCP", "IPv4")));
        Assert.That(slices[0].Metadata.Labels["endpointslice.kubernetes.io/managed-by"], Is.EqualTo("endpointslice-controller.k8s.io"));
        await scratch.Of<V1Service>().DeleteAsync("web");
        await scratch.Of<V1EndpointSlice>().UntilAllAsync(static all => all.Count == 0, OfWeb);
    }

    [Test, Conformance("[sig-network] EndpointSlice should support creating EndpointSlice API operations [Conformance]")]
    public async Task Slices_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(
            scratch.Of<V1EndpointSlice>(), static name => $$"""{metadata: {name: {{name}}}, addressType: IPv4, endpoints: [{addresses: [1.2.3.4, 5.6.7.8]}], ports: [{name: http, port: 80, protocol: TCP}]}""");
    }

    [Test, Conformance("[sig-network] API Server should have Endpoints and EndpointSlices pointing to API Server [Conformance]")]
    public async Task The_service_of_the_api_server_has_its_endpoints()
    {
        var endpoints = await new Resource<V1Endpoints>(SharedCluster.Client, "default").GetAsync("kubernetes");
        Assert.That(endpoints.Subsets.Single().Ports.Single().Name, Is.EqualTo("https"));
        var slices = await new Resource<V1EndpointSlice>(SharedCluster.Client, "default").ListAsync("labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes");
        Assert.That(slices.SelectMany(static slice => slice.Endpoints).SelectMany(static endpoint => endpoint.Addresses), Is.EquivalentTo(endpoints.Subsets[0].Addresses.Select(static address => address.Ip)));
    }

    [Test, Conformance("[sig-network] API Server should provide secure master service [Conformance]")]
    public async Task The_service_of_the_api_server_is_served_over_tls()
    {
        var service = await new Resource<V1Service>(SharedCluster.Client, "default").GetAsync("kubernetes");
        Assert.That(service.Spec.Ports.Select(static port => (port.Name, port.Port)), Is.EqualTo(new[] { ("https", 443) }));
    }

    private const string Service = "{metadata: {name: web}, spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}}";

    private static async Task<(string One, string Two)> TwoPodsAsync(Scratch scratch)
    {
        await scratch.Of<V1Service>().CreateAsync(Service);
        var one = await scratch.ReadyAsync(PodRuns.Idle("one", metadata: "labels: {app: web}"));
        var two = await scratch.ReadyAsync(PodRuns.Idle("two", metadata: "labels: {app: web}"));
        return (one.Status.PodIP, two.Status.PodIP);
    }
}
