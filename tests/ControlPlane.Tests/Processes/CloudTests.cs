using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Host.Tests.Processes;

/// <summary>A server whose cloud is a file.</summary>
public sealed class CloudTests
{
    [Test]
    public async Task Nodes_are_initialized_and_services_get_addresses_of_the_cloud()
    {
        using var data = new TemporaryDirectory();
        await File.WriteAllTextAsync(data["cloud.yaml"], """
            machines:
            - name: rack-1
              addresses:
              - {type: InternalIP, address: 192.0.2.11}
              zone: east
            loadBalancer:
              addresses: [198.51.100.5]
            """);
        await using var server = await ServerProcess.StartAsync(data["data"], "--cloud-provider=static", "--cloud-config", data["cloud.yaml"]);
        using var transport = new HttpsTransport(Kubeconfig.Load(Path.Combine(data["data"], "admin.conf"), "", TimeProvider.System), TimeProvider.System);
        var api = new ApiClient(transport);

        await api.CreateAsync(
            new Node
            {
                Metadata = new ObjectMeta { Name = "rack-1" },
                Spec = new NodeSpec { Taints = [new Taint { Key = "node.cloudprovider.kubernetes.io/uninitialized", Value = "true", Effect = "NoSchedule" }] },
            },
            CancellationToken.None);
        await api.CreateAsync(
            new Service
            {
                Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
                Spec = new ServiceSpec { Type = "LoadBalancer", Ports = [new ServicePort { Port = 80 }] },
            },
            CancellationToken.None);

        await Eventually.TrueAsync(async () => (await api.GetAsync<Node>(new("", "rack-1"), CancellationToken.None)).Spec.ProviderID == "static://rack-1");
        await Eventually.TrueAsync(async () =>
            (await api.GetAsync<Service>(new("default", "web"), CancellationToken.None)).Status.LoadBalancer.Ingress.Select(one => one.Ip).SequenceEqual(["198.51.100.5"]));
    }
}
