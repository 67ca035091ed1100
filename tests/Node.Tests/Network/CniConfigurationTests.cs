using System.Net;
using System.Text.Json;
using ControlPlane.Node.Network.Cni;
using ControlPlane.TestKit;

namespace ControlPlane.Node.Tests.Network;

internal sealed class CniConfigurationTests
{
    private static readonly CniOptions Options = new() { PodRanges = [IPNetwork.Parse("10.244.3.0/24")] };

    [Test]
    public void It_is_written_where_none_is_and_kept_where_it_is_right()
    {
        using var directory = new TemporaryDirectory();
        Assert.That(CniConfiguration.Ensure(directory.Path, Options), Is.EqualTo(CniOutcome.Written));
        Assert.That(CniConfiguration.Ensure(directory.Path, Options), Is.EqualTo(CniOutcome.Unchanged));
        Assert.That(CniConfiguration.Ensure(directory.Path, Options with { Mtu = 1400 }), Is.EqualTo(CniOutcome.Changed));
        Assert.That(Directory.GetFiles(directory.Path), Has.Length.EqualTo(1));
    }

    [TestCase("10-calico.conflist")]
    [TestCase("05-cilium.conf")]
    [TestCase("net.json")]
    public void Another_configuration_is_left_alone(string name)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory[name], "{}");
        Assert.That(CniConfiguration.Ensure(directory.Path, Options), Is.EqualTo(CniOutcome.Foreign));
        Assert.That(Directory.GetFiles(directory.Path), Is.EqualTo([directory[name]]));
    }

    [Test]
    public void It_gives_addresses_of_the_pod_ranges_behind_a_bridge_with_host_ports()
    {
        var ranges = Options with { PodRanges = [IPNetwork.Parse("10.244.3.0/24"), IPNetwork.Parse("fd00:3::/64")] };
        using var json = JsonDocument.Parse(CniConfiguration.Render(ranges));
        var plugins = json.RootElement.GetProperty("plugins");
        var bridge = plugins[0];
        Assert.That(bridge.GetProperty("type").GetString(), Is.EqualTo("bridge"));
        Assert.That(bridge.GetProperty("hairpinMode").GetBoolean() && bridge.GetProperty("isGateway").GetBoolean() && bridge.GetProperty("ipMasq").GetBoolean(), Is.True);
        var ipam = bridge.GetProperty("ipam");
        Assert.That(ipam.GetProperty("ranges").EnumerateArray().Select(range => range[0].GetProperty("subnet").GetString()), Is.EqualTo(["10.244.3.0/24", "fd00:3::/64"]));
        Assert.That(ipam.GetProperty("routes").EnumerateArray().Select(route => route.GetProperty("dst").GetString()), Is.EqualTo(["0.0.0.0/0", "::/0"]));
        Assert.That(plugins[1].GetProperty("type").GetString(), Is.EqualTo("portmap"));
    }

    [Test]
    public void Ranges_and_names_that_make_no_network_are_refused()
    {
        Assert.That(() => CniConfiguration.Render(Options with { PodRanges = [] }), Throws.ArgumentException);
        Assert.That(() => CniConfiguration.Render(Options with { PodRanges = [Options.PodRanges[0], Options.PodRanges[0]] }), Throws.ArgumentException);
        Assert.That(() => CniConfiguration.Render(Options with { Bridge = "sixteen-letters-" }), Throws.ArgumentException);
    }

    [Test]
    public void Plugins_that_are_in_no_directory_are_named()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["bridge"], "");
        Assert.That(CniConfiguration.FindMissingPlugins([directory.Path]), Is.EqualTo(["host-local", "loopback", "portmap"]));
    }
}
