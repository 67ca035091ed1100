using ControlPlane.Cloud.Providers.Static;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StaticFileTests : IDisposable
{
    private readonly StaticListing _listing = new();

    public void Dispose() => _listing.Dispose();

    [Test]
    public async Task A_change_counts_only_after_a_while()
    {
        var cloud = _listing.Open();
        _listing.Add("one");
        Assert.That(await FindAsync(cloud, "one"), Is.Null, "nobody has looked yet");

        _listing.Notice();

        Assert.That(await FindAsync(cloud, "one"), Is.Not.Null);
    }

    [Test]
    public async Task A_file_that_is_just_being_written_is_left_alone_until_it_rests()
    {
        _listing.Add("one");
        var cloud = _listing.Open();
        _listing.Clock.Advance(TimeSpan.FromSeconds(10));
        _listing.Write("machines: []"); // the first half of a longer write: its time is now

        Assert.That(await FindAsync(cloud, "one"), Is.Not.Null);

        _listing.Notice();
        Assert.That(await FindAsync(cloud, "one"), Is.Null);
    }

    [TestCase("machines: [")]
    [TestCase("machines: {}")]
    [TestCase("machines:\n- name: one\n- name: one")]
    [TestCase(null)]
    public async Task A_file_that_cannot_be_used_changes_nothing_until_it_can(string? text)
    {
        _listing.Add("one");
        var cloud = _listing.Open();
        if (text is null)
            File.Delete(_listing.Path);
        else
            _listing.Write(text);
        _listing.Notice();
        Assert.That(await FindAsync(cloud, "one"), Is.Not.Null);

        _listing.Add("two");
        _listing.Notice();
        Assert.That(await FindAsync(cloud, "two"), Is.Not.Null);
    }

    [TestCase("[]", "must be a mapping")]
    [TestCase("machine: []", "machine: is not known")]
    [TestCase("machines: 5", "machines: must be a list")]
    [TestCase("machines: [{zone: east}]", "machines[0].name: is required")]
    [TestCase("machines: [{name: a}, {name: a, providerID: b}]", "machines: two have the name \"a\"")]
    [TestCase("machines: [{name: a, providerID: x}, {name: b, providerID: x}]", "machines: two have the providerID \"x\"")]
    [TestCase("machines: [{name: a, shutdown: maybe}]", "machines[0].shutdown: must be true or false")]
    [TestCase("machines: [{name: a, addresses: [{type: IP, address: 10.0.0.1}]}]", "machines[0].addresses[0].type: must be InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS")]
    [TestCase("machines: [{name: a, addresses: [{type: InternalIP, address: nowhere}]}]", "machines[0].addresses[0].address: \"nowhere\" is not an address of type InternalIP")]
    [TestCase("loadBalancer: {addresses: [10.0.0.9-10.0.0.1]}", "loadBalancer.addresses: the range \"10.0.0.9-10.0.0.1\" is empty")]
    [TestCase("loadBalancer: {addresses: [10.0.0.1/24]}", "loadBalancer.addresses: the network \"10.0.0.1/24\" has host bits set")]
    public void What_is_wrong_is_said_with_its_place(string text, string message)
    {
        _listing.Write(text);

        Assert.That(_listing.Open, Throws.TypeOf<CloudException>().With.Message.Contains($"machines.yaml cannot be used: {message}"));
    }

    [Test]
    public void Without_addresses_there_are_no_load_balancers()
    {
        _listing.Write("machines: []");

        Assert.That(_listing.Open().LoadBalancers, Is.Null);
    }

    private static Task<Instance?> FindAsync(StaticCloud cloud, string name) =>
        cloud.Instances.FindAsync(new Node { Metadata = new ObjectMeta { Name = name } }, CancellationToken.None);
}
