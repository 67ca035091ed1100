using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Addresses and node ports of Services.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ServiceTests
{
    [Test]
    public async Task A_service_holds_its_address_until_it_is_deleted()
    {
        var services = $"api/v1/namespaces/{await NamespaceAsync()}/services";
        var made = await OkAsync(HttpMethod.Post, services, """{"metadata":{"name":"s"},"spec":{"ports":[{"port":80,"protocol":"TCP"}]}}""");
        var address = made["spec"]!["clusterIP"]!.GetValue<string>();
        var taken = await OkAsync(HttpMethod.Get, $"apis/networking.k8s.io/v1/ipaddresses/{address}");
        Assert.That(taken["spec"]!["parentRef"]!["name"]!.GetValue<string>(), Is.EqualTo("s"));

        var refused = await SendAsync(HttpMethod.Post, services, $$$"""{"metadata":{"name":"t"},"spec":{"clusterIP":"{{{address}}}","ports":[{"port":80,"protocol":"TCP"}]} }""");
        Assert.That(refused.Message, Is.EqualTo(
            $"Service \"t\" is invalid: spec.clusterIPs: Invalid value: [\"{address}\"]: failed to allocate IP {address}: provided IP is already allocated"));

        await OkAsync(HttpMethod.Delete, services + "/s");
        Assert.That((int)(await SendAsync(HttpMethod.Get, $"apis/networking.k8s.io/v1/ipaddresses/{address}")).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Services_made_at_once_get_addresses_of_their_own()
    {
        var services = $"api/v1/namespaces/{await NamespaceAsync()}/services";
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => OkAsync(
            HttpMethod.Post, services, $$$"""{"metadata":{"name":"s{{{i}}}"},"spec":{"type":"NodePort","ports":[{"port":80,"protocol":"TCP"}]} }""")));
        Assert.That(made.Select(one => one["spec"]!["clusterIP"]!.GetValue<string>()), Is.Unique);
        Assert.That(made.Select(one => one["spec"]!["ports"]![0]!["nodePort"]!.GetValue<int>()), Is.Unique.And.All.InRange(30000, 32767));
    }

    [Test]
    public async Task A_node_port_is_free_again_when_its_service_is_gone()
    {
        var services = $"api/v1/namespaces/{await NamespaceAsync()}/services";
        const string Spec = """{"type":"NodePort","ports":[{"port":80,"protocol":"TCP","nodePort":31999}]}""";
        await OkAsync(HttpMethod.Post, services, $$"""{"metadata":{"name":"a"},"spec":{{Spec}} }""");
        var refused = await SendAsync(HttpMethod.Post, services, $$"""{"metadata":{"name":"b"},"spec":{{Spec}} }""");
        Assert.That(refused.Message, Is.EqualTo("Service \"b\" is invalid: spec.ports[0].nodePort: Invalid value: 31999: provided port is already allocated"));
        await OkAsync(HttpMethod.Delete, services + "/a");
        await OkAsync(HttpMethod.Post, services, $$"""{"metadata":{"name":"b"},"spec":{{Spec}} }""");
    }

    [Test]
    public async Task The_kubernetes_service_leads_to_the_server()
    {
        var service = await OkAsync(HttpMethod.Get, "api/v1/namespaces/default/services/kubernetes");
        Assert.That(service["spec"]!["clusterIP"]!.GetValue<string>(), Is.EqualTo("10.96.0.1"));
        var endpoints = await OkAsync(HttpMethod.Get, "api/v1/namespaces/default/endpoints/kubernetes");
        Assert.That(endpoints["subsets"]![0]!["ports"]![0]!["port"]!.GetValue<int>(), Is.EqualTo(Fixture.Server.Port));
    }
}
