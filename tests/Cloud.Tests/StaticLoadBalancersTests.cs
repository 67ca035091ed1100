using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StaticLoadBalancersTests : IDisposable
{
    private readonly StaticListing _listing = new("192.0.2.1-192.0.2.2, \"2001:db8::/127\"");
    private readonly ServiceBook _book = new();
    private readonly ILoadBalancers _loadBalancers;

    public StaticLoadBalancersTests() => _loadBalancers = _listing.Open().LoadBalancers!;

    public void Dispose() => _listing.Dispose();

    [Test]
    public async Task The_first_free_address_is_given()
    {
        Assert.That(await EnsureAsync(_book.Add("a")), Is.EqualTo(new[] { "192.0.2.1" }));
        Assert.That(await EnsureAsync(_book.Add("b")), Is.EqualTo(new[] { "192.0.2.2" }));
    }

    [Test]
    public async Task When_all_are_taken_the_next_waits_until_one_is_given_back()
    {
        var first = _book.Add("a");
        await EnsureAsync(first);
        await EnsureAsync(_book.Add("b"));
        var third = _book.Add("c");
        Assert.That(() => EnsureAsync(third), Throws.TypeOf<CloudException>().With.Message.EqualTo("all IPv4 addresses of the pool are in use"));

        await _loadBalancers.DeleteAsync("contract", first, CancellationToken.None);
        _book.Remove(first);

        Assert.That(await EnsureAsync(third), Is.EqualTo(new[] { "192.0.2.1" }));
    }

    [Test]
    public async Task A_requested_address_is_given_if_it_is_free_and_in_the_pool()
    {
        Assert.That(await EnsureAsync(_book.Add("a", spec => spec with { LoadBalancerIP = "192.0.2.2" })), Is.EqualTo(new[] { "192.0.2.2" }));
        Assert.That(
            () => EnsureAsync(_book.Add("b", spec => spec with { LoadBalancerIP = "192.0.2.2" })),
            Throws.TypeOf<CloudException>().With.Message.EqualTo("loadBalancerIP 192.0.2.2 is in use by default/a"));
        Assert.That(
            () => EnsureAsync(_book.Add("c", spec => spec with { LoadBalancerIP = "203.0.113.1" })),
            Throws.TypeOf<CloudException>().With.Message.EqualTo("loadBalancerIP 203.0.113.1 is not in the pool"));
    }

    [Test]
    public async Task A_service_of_two_families_gets_an_address_of_each()
    {
        var given = await EnsureAsync(_book.Add("a", spec => spec with { IpFamilies = ["IPv6", "IPv4"], IpFamilyPolicy = "RequireDualStack" }));

        Assert.That(given, Is.EqualTo(new[] { "2001:db8::", "192.0.2.1" }));
    }

    [Test]
    public async Task A_second_family_that_the_pool_has_not_may_only_be_preferred()
    {
        _listing.Pool = "192.0.2.1";
        _listing.Write();
        _listing.Notice();

        Assert.That(
            () => EnsureAsync(_book.Add("a", spec => spec with { IpFamilies = ["IPv4", "IPv6"], IpFamilyPolicy = "RequireDualStack" })),
            Throws.TypeOf<CloudException>().With.Message.EqualTo("the pool has no IPv6 addresses"));
        Assert.That(
            await EnsureAsync(_book.Add("b", spec => spec with { IpFamilies = ["IPv4", "IPv6"], IpFamilyPolicy = "PreferDualStack" })),
            Is.EqualTo(new[] { "192.0.2.1" }));
    }

    [Test]
    public async Task An_address_that_left_the_pool_is_replaced()
    {
        var service = _book.Add("a");
        var given = _book.Show(service, await _loadBalancers.EnsureAsync(_book.Request(service), CancellationToken.None));
        _listing.Pool = "198.51.100.7";
        _listing.Write();
        _listing.Notice();

        Assert.That(await EnsureAsync(given), Is.EqualTo(new[] { "198.51.100.7" }));
    }

    private async Task<string[]> EnsureAsync(Service service)
    {
        var status = await _loadBalancers.EnsureAsync(_book.Request(service), CancellationToken.None);
        return [.. status.Ingress.Select(ingress => ingress.Ip)];
    }
}
