using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;

namespace ControlPlane.Controllers.Tests.Services;

public sealed class ServiceEndpointsLoopTests
{
    private Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _cluster = await Cluster.StartAsync("endpoints-controller", "endpointslice-controller");
        await _cluster.Api.CreateAsync(new Node { Metadata = new ObjectMeta { Name = "node" } }, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_service_has_endpoints_as_its_pods_become_ready_and_go()
    {
        var key = new ObjectKey(await _cluster.NamespaceAsync(), "web");
        await _cluster.Api.CreateAsync(In(key.Namespace, ServicePodsOf.Web) with { Spec = ServicePodsOf.Web.Spec with { ClusterIP = "" } }, CancellationToken.None);
        await Eventually.TrueAsync(async () => await SlicesAsync(key) is [{ Endpoints.IsEmpty: true }]);

        var pods = await CreatePodsAsync(key.Namespace, 3);
        await Eventually.TrueAsync(async () => (await SlicesAsync(key)).Sum(slice => slice.Endpoints.Count(endpoint => endpoint.Conditions.Ready == true)) == 3);
        await Eventually.TrueAsync(async () => await AddressesAsync(key) == 3);
        Assert.That((await SlicesAsync(key)).Single().Metadata.Annotations.ContainsKey("endpoints.kubernetes.io/last-change-trigger-time"));

        await _cluster.Api.DeleteAsync(pods[0], Deletion.Immediate, CancellationToken.None);
        await Eventually.TrueAsync(async () => (await SlicesAsync(key)).Single().Endpoints.Count == 2 && await AddressesAsync(key) == 2);

        await _cluster.Api.DeleteAsync<Service>(key, Deletion.Default, CancellationToken.None);
        await Eventually.TrueAsync(async () => await _cluster.Api.FindAsync<Endpoints>(key, CancellationToken.None) is null);
    }

    private async Task<List<Pod>> CreatePodsAsync(string @namespace, int count)
    {
        var made = new List<Pod>();
        for (var number = 1; number <= count; number++)
        {
            var wanted = In(@namespace, ServicePodsOf.Pod(number));
            var pod = await _cluster.Api.CreateAsync(wanted with { Status = PodStatus.Empty }, CancellationToken.None);
            made.Add(await _cluster.Api.UpdateStatusAsync(pod with { Status = wanted.Status }, CancellationToken.None));
        }
        return made;
    }

    private async Task<int> AddressesAsync(ObjectKey key) =>
        (await _cluster.Api.FindAsync<Endpoints>(key, CancellationToken.None))?.Subsets.Sum(subset => subset.Addresses.Count) ?? 0;

    private Task<IReadOnlyList<EndpointSlice>> SlicesAsync(ObjectKey key) => _cluster.ListAsync<EndpointSlice>(key.Namespace);

    private static Service In(string @namespace, Service service) => service with { Metadata = new ObjectMeta { Namespace = @namespace, Name = service.Metadata.Name } };

    private static Pod In(string @namespace, Pod pod) =>
        pod with { Metadata = new ObjectMeta { Namespace = @namespace, Name = pod.Metadata.Name, Labels = pod.Metadata.Labels } };
}
