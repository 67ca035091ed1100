using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Machinery.Meta;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Host.Tests.Processes;

/// <summary>Two servers side by side on one etcd.</summary>
public sealed class SeveralServersTests
{
    private static readonly ObjectKey Kubernetes = new("default", "kubernetes");

    // A lease is 15 s, and servers look every 10 s.
    private static readonly TimeSpan Leases = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Both_stand_in_the_endpoints_and_one_that_stops_or_dies_goes()
    {
        if (!EtcdProcess.IsInstalled)
            Assert.Ignore("etcd is not installed");
        await using var etcd = await EtcdProcess.StartAsync();
        using var data = new TemporaryDirectory();
        await using var first = await StartAsync(etcd, data["first"], "192.0.2.1");
        CopyKeys(data["first"], data["second"]);
        using var transport = new HttpsTransport(Kubeconfig.Load(Path.Combine(data["first"], "admin.conf"), "", TimeProvider.System), TimeProvider.System);
        var api = new ApiClient(transport);

        await using (var second = await StartAsync(etcd, data["second"], "192.0.2.2"))
        {
            Assert.That(await AddressesAsync(api), Is.EqualTo(new[] { "192.0.2.1", "192.0.2.2" }));
            Assert.That(await second.TerminateAsync(), Is.Zero, second.Said);
            Assert.That(await AddressesAsync(api), Is.EqualTo(new[] { "192.0.2.1" }));
        }

        await using var third = await StartAsync(etcd, data["second"], "192.0.2.2");
        Assert.That(await AddressesAsync(api), Is.EqualTo(new[] { "192.0.2.1", "192.0.2.2" }));
        await third.KillAsync();
        await Eventually.TrueAsync(async () => (await AddressesAsync(api)).SequenceEqual(["192.0.2.1"]), Leases);
    }

    private static Task<ServerProcess> StartAsync(EtcdProcess etcd, string data, string address) =>
        ServerProcess.StartAsync(data, "--etcd-servers", etcd.Endpoint.ToString(), "--advertise-address", address);

    // Servers of one cluster share its authorities and keys, and make their own certificates.
    private static void CopyKeys(string from, string to)
    {
        Directory.CreateDirectory(Path.Combine(to, "pki"));
        foreach (var name in new[] { "ca.crt", "ca.key", "front-proxy-ca.crt", "front-proxy-ca.key", "sa.key", "sa.pub" })
            File.Copy(Path.Combine(from, "pki", name), Path.Combine(to, "pki", name));
    }

    private static async Task<string[]> AddressesAsync(ApiClient api) =>
        [.. (await api.GetAsync<Endpoints>(Kubernetes, CancellationToken.None)).Subsets.SelectMany(subset => subset.Addresses).Select(address => address.Ip)];
}
