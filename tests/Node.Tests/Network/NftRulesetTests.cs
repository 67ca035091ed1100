using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Installation;
using ControlPlane.Node.Network.Proxy;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using EndpointPort = ControlPlane.Types.Discovery.EndpointPort;

namespace ControlPlane.Node.Tests.Network;

internal sealed class NftRulesetTests
{
    private static readonly NftOptions Options = new(AddressFamily.InterNetwork, IPNetwork.Parse("10.244.0.0/16"), IPNetwork.Parse("10.244.1.0/24"));

    [Test]
    public void A_service_leads_to_its_ready_endpoints()
    {
        var rule = Rules(Endpoint("10.244.1.5", ready: true), Endpoint("10.244.2.6", ready: true), Endpoint("10.244.2.7", ready: false)).Single();
        Assert.That(rule.Endpoints.Select(endpoint => endpoint.ToString()), Is.EqualTo((string[])["10.244.1.5:8080", "10.244.2.6:8080"]));
        var script = NftRuleset.Render([rule], Options);
        Assert.That(script, Does.Contain("10.96.0.10 . tcp . 80 : goto svc_"));
        Assert.That(script, Does.Contain("numgen random mod 2 vmap"));
        Assert.That(script, Does.Contain("ip saddr 10.244.1.0/24 meta mark set meta mark or 0x4000"), "pods of one bridge are masqueraded to each other");
    }

    [Test]
    public void Pods_that_serve_while_they_end_answer_where_no_other_does()
    {
        var ending = Endpoint("10.244.1.5", ready: false) with { Conditions = new EndpointConditions { Ready = false, Serving = true, Terminating = true } };
        Assert.That(Rules(ending).Single().Endpoints, Has.Count.EqualTo(1));
        Assert.That(Rules(ending, Endpoint("10.244.1.6", ready: true)).Single().Endpoints.Single().ToString(), Is.EqualTo("10.244.1.6:8080"));
    }

    [Test]
    public void A_service_without_endpoints_refuses()
    {
        var script = NftRuleset.Render(Rules(), Options);
        Assert.That(script, Does.Contain("elements = { 10.96.0.10 . tcp . 80 }"));
        Assert.That(script, Does.Not.Contain("goto svc_"));
    }

    [Test]
    public async Task The_kernel_takes_the_script()
    {
        if (Environment.UserName != "root" || ProgramSearch.Find("nft") is null)
            Assert.Ignore("nftables needs root and nft");
        IReadOnlyList<ServiceRule> rules =
        [
            Rules(Endpoint("10.244.1.5", ready: true)).Single() with { NodePort = 30080, AffinitySeconds = 60 },
            Rules().Single() with { Name = "default/empty", Addresses = [IPAddress.Parse("10.96.0.11")] },
        ];
        // A network namespace of its own: the machine's tables are left alone. Twice, for it must replace what is there.
        var script = NftRuleset.Render(rules, Options);
        using var nft = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", "cat > /tmp/$$.nft; nft -f /tmp/$$.nft && nft -f /tmp/$$.nft; code=$?; rm /tmp/$$.nft; exit $code"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        await nft.StandardInput.WriteAsync(script);
        nft.StandardInput.Close();
        var errors = await nft.StandardError.ReadToEndAsync();
        await nft.WaitForExitAsync();
        Assert.That(nft.ExitCode, Is.Zero, errors + script);
    }

    private static IReadOnlyList<ServiceRule> Rules(params Endpoint[] endpoints)
    {
        var service = new Service
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
            Spec = new ServiceSpec { ClusterIP = "10.96.0.10", Ports = [new ServicePort { Protocol = "TCP", Port = 80 }] },
        };
        var slice = new EndpointSlice
        {
            Metadata = new ObjectMeta { Namespace = "default", Name = "web-1", Labels = ValueMap.Of("kubernetes.io/service-name", "web") },
            AddressType = "IPv4",
            Ports = [new EndpointPort { Name = "", Protocol = "TCP", Port = 8080 }],
            Endpoints = endpoints.ToValueList(),
        };
        return ServiceRules.Of([service], [slice], "node-1", AddressFamily.InterNetwork);
    }

    private static Endpoint Endpoint(string address, bool ready) => new() { Addresses = [address], Conditions = new EndpointConditions { Ready = ready } };
}
