using System.Net;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Tests;

/// <summary>
/// What every cloud must do. A new provider starts from here: it derives from this class and says how to add and remove machines of its own; parts that it does
/// not have are skipped.
/// </summary>
public abstract class CloudContract
{
    private const string Cluster = "contract";

    /// <summary>The cloud, empty.</summary>
    protected abstract Task<ICloud> OpenAsync();

    /// <summary>Adds a machine of that name, running; answers what the cloud will say of it.</summary>
    protected abstract Task<Instance> AddMachineAsync(string name);

    /// <summary>Switches a machine off.</summary>
    protected abstract Task ShutDownAsync(string name);

    /// <summary>Removes a machine.</summary>
    protected abstract Task RemoveMachineAsync(string name);

    /// <summary>Waits until the cloud has noticed what was done to it.</summary>
    protected abstract Task NoticeAsync();

    [Test]
    public async Task A_machine_is_found_by_name_and_by_provider_id()
    {
        var instances = await InstancesAsync();
        var added = await AddMachineAsync("one");
        await NoticeAsync();

        var byName = await instances.FindAsync(NodeOf("one", ""), CancellationToken.None);
        var byId = await instances.FindAsync(NodeOf("renamed", added.ProviderId), CancellationToken.None);

        Assert.That(byName, Is.EqualTo(added));
        Assert.That(byId, Is.EqualTo(added));
    }

    [Test]
    public async Task A_machine_that_was_never_there_is_null() =>
        Assert.That(await (await InstancesAsync()).FindAsync(NodeOf("nobody", ""), CancellationToken.None), Is.Null);

    [Test]
    public async Task A_machine_that_is_gone_is_null_and_others_stay()
    {
        var instances = await InstancesAsync();
        var (one, two) = (await AddMachineAsync("one"), await AddMachineAsync("two"));
        await NoticeAsync();
        await RemoveMachineAsync("one");
        await NoticeAsync();

        Assert.That(await instances.FindAsync(NodeOf("one", one.ProviderId), CancellationToken.None), Is.Null);
        Assert.That(await instances.FindAsync(NodeOf("two", two.ProviderId), CancellationToken.None), Is.EqualTo(two));
    }

    [Test]
    public async Task A_machine_that_is_switched_off_is_still_there()
    {
        var instances = await InstancesAsync();
        var added = await AddMachineAsync("one");
        await ShutDownAsync("one");
        await NoticeAsync();

        Assert.That(await instances.FindAsync(NodeOf("one", added.ProviderId), CancellationToken.None), Is.EqualTo(added with { IsShutDown = true }));
    }

    [Test]
    public async Task Ensuring_twice_gives_the_same_address()
    {
        var loadBalancers = await LoadBalancersAsync();
        var book = new ServiceBook();
        var service = book.Add("web");

        var first = await loadBalancers.EnsureAsync(book.Request(service), CancellationToken.None);
        var second = await loadBalancers.EnsureAsync(book.Request(service), CancellationToken.None);

        Assert.That(first.Ingress, Is.Not.Empty);
        Assert.That(IPAddress.TryParse(first.Ingress[0].Ip, out _) || first.Ingress[0].Hostname.Length > 0);
        Assert.That(second, Is.EqualTo(first));
    }

    [Test]
    public async Task Two_services_asked_for_at_once_get_different_addresses()
    {
        var loadBalancers = await LoadBalancersAsync();
        var book = new ServiceBook();
        var services = Enumerable.Range(0, 8).Select(number => book.Add($"web-{number}")).ToList();

        var given = await Task.WhenAll(services.Select(service => Task.Run(() => loadBalancers.EnsureAsync(book.Request(service), CancellationToken.None))));

        Assert.That(given.Select(status => status.Ingress[0]).Distinct().Count(), Is.EqualTo(8));
    }

    [Test]
    public async Task Another_process_that_takes_over_gives_a_service_what_it_has()
    {
        var book = new ServiceBook();
        var (first, second) = (book.Add("first"), book.Add("second"));
        await (await LoadBalancersAsync()).EnsureAsync(book.Request(first), CancellationToken.None);
        var kept = book.Show(second, await (await LoadBalancersAsync()).EnsureAsync(book.Request(second), CancellationToken.None));

        var successor = await LoadBalancersAsync();
        var other = await successor.EnsureAsync(book.Request(first), CancellationToken.None);
        var again = await successor.EnsureAsync(book.Request(kept), CancellationToken.None);

        Assert.That(again, Is.EqualTo(kept.Status.LoadBalancer));
        Assert.That(other, Is.Not.EqualTo(again));
    }

    [Test]
    public async Task Deleting_twice_or_what_was_never_there_is_no_error()
    {
        var loadBalancers = await LoadBalancersAsync();
        var book = new ServiceBook();
        var service = book.Add("web");
        await loadBalancers.EnsureAsync(book.Request(service), CancellationToken.None);

        await loadBalancers.DeleteAsync(Cluster, service, CancellationToken.None);
        Assert.That(() => loadBalancers.DeleteAsync(Cluster, service, CancellationToken.None), Throws.Nothing);
        Assert.That(() => loadBalancers.DeleteAsync(Cluster, book.Add("never"), CancellationToken.None), Throws.Nothing);
    }

    [Test]
    public async Task Routes_are_listed_from_when_they_are_made_until_they_are_deleted()
    {
        if ((await OpenAsync()).Routes is not { } routes)
        {
            Assert.Pass("this cloud says that it has no routes");
            return;
        }
        var route = new Route("one", "10.244.1.0/24");
        await routes.CreateAsync(Cluster, route, CancellationToken.None);
        Assert.That(await routes.ListAsync(Cluster, CancellationToken.None), Is.EquivalentTo(new[] { route }));
        Assert.That(await routes.ListAsync("another", CancellationToken.None), Is.Empty);

        await routes.DeleteAsync(Cluster, route, CancellationToken.None);
        await routes.DeleteAsync(Cluster, route, CancellationToken.None);
        Assert.That(await routes.ListAsync(Cluster, CancellationToken.None), Is.Empty);
    }

    private async Task<IInstances> InstancesAsync()
    {
        if ((await OpenAsync()).Instances is { } instances)
            return instances;
        Assert.Pass("this cloud says that it has no instances");
        return null!;
    }

    private async Task<ILoadBalancers> LoadBalancersAsync()
    {
        if ((await OpenAsync()).LoadBalancers is { } loadBalancers)
            return loadBalancers;
        Assert.Pass("this cloud says that it has no load balancers");
        return null!;
    }

    private static Node NodeOf(string name, string providerId) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new NodeSpec { ProviderID = providerId },
    };
}
