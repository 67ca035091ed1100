using System.Security.Cryptography.X509Certificates;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Client.Https;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;
using ControlPlane.Types.Coordination;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Client.Tests;

/// <summary>The same client over both ways to the same server.</summary>
[TestFixture("in process")]
[TestFixture("protobuf")]
[TestFixture("json")]
public sealed class TransportTests(string way)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private ApiServerFixture _server = null!;
    private IApiTransport _transport = null!;
    private ApiClient _api = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        _transport = way == "in process" ? _server.AsAdmin() : Https();
        _api = new ApiClient(_transport);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        (_transport as IDisposable)?.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task An_object_is_made_read_changed_and_deleted()
    {
        var made = await _api.CreateAsync(Map("one"), None);
        var patched = await _api.PatchAsync<ConfigMap>(made.Key, Patch.Merge("""{"data":{"b":"2"}}"""), None);
        var updated = await _api.UpdateAsync(patched with { Data = patched.Data.With("c", "3") }, None);
        Assert.That((await _api.GetAsync<ConfigMap>(made.Key, None)).Data.Keys, Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(updated.Uid, Is.EqualTo(made.Uid));
        await _api.DeleteAsync(made, Deletion.Default, None);
        Assert.That(await _api.FindAsync<ConfigMap>(made.Key, None), Is.Null);
    }

    [Test]
    public async Task Refusals_carry_the_servers_status()
    {
        var made = await _api.CreateAsync(Map("stale"), None);
        await _api.PatchAsync<ConfigMap>(made.Key, Patch.Merge("""{"data":{"b":"2"}}"""), None);
        var refused = await Assert.ThrowsAsync<ApiException>(() => _api.UpdateAsync(made, None));
        Assert.That((refused!.Code, refused.Reason), Is.EqualTo((409, "Conflict")));
        var other = await Assert.ThrowsAsync<ApiException>(() => _api.DeleteAsync<ConfigMap>(made.Key, Deletion.Default.OnlyIfUid("another"), None));
        Assert.That(other!.Code, Is.EqualTo(409));
    }

    [Test]
    public async Task Pages_make_one_list()
    {
        foreach (var i in Enumerable.Range(0, 5))
            await _api.CreateAsync(Map($"page-{i}") with { Metadata = Map($"page-{i}").Metadata with { Labels = [KeyValuePair.Create("page", "yes")] } }, None);
        var list = await _api.ListAsync<ConfigMap>(new ObjectQuery { Namespace = "default", Labels = "page=yes", PageSize = 2 }, None);
        Assert.That(list.Items.Select(item => item.Metadata.Name), Is.EqualTo(Enumerable.Range(0, 5).Select(i => $"page-{i}")));
    }

    [Test]
    public async Task Metadata_is_read_without_knowing_the_kind()
    {
        var made = await _api.CreateAsync(Map("bare"), None);
        var client = _api.Metadata(ConfigMap.Resource.GroupVersionResource);
        var found = await client.FindAsync(made.Key, None);
        Assert.That(found!.Metadata.Uid, Is.EqualTo(made.Uid));
        Assert.That((await client.ListAsync(ObjectQuery.In("default"), None)).Items.Select(item => item.Metadata.Name), Does.Contain("bare"));
    }

    [Test]
    public async Task Discovery_tells_resources_and_verbs()
    {
        var discovered = await _transport.DiscoverAsync(None);
        var deployments = discovered.Resources.Single(resource => resource.Resource.GroupResource == GroupResource.Parse("deployments.apps"));
        Assert.That(deployments.IsNamespaced && deployments.Supports("watch") && deployments.Kind.Kind == "Deployment");
        Assert.That(discovered.Failed, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_informer_learns_what_there_is_and_what_changes(bool useWatchList)
    {
        using var stop = new CancellationTokenSource();
        var before = await _api.CreateAsync(Map($"informed-{useWatchList}".ToLowerInvariant()), None);
        var informer = new Informer<ConfigMap>(_transport, new InformerOptions { UseWatchList = useWatchList }, TimeProvider.System, new Random(1), NullLogger.Instance);
        var told = new List<string>();
        informer.Subscribe(change =>
        {
            if (change.Object.Metadata.Name == before.Metadata.Name)
                told.Add(change.IsDeleted ? "deleted" : change.IsAdded ? "added" : "changed");
        });
        var run = informer.RunAsync(stop.Token);
        await informer.WaitForSyncAsync(None);

        await _api.PatchAsync<ConfigMap>(before.Key, Patch.Merge("""{"data":{"b":"2"}}"""), None);
        await Eventually.TrueAsync(() => informer.Store.Find(before.Key)?.Data.Count == 2);
        await _api.DeleteAsync(before, Deletion.Default, None);
        await Eventually.TrueAsync(() => informer.Store.Find(before.Key) is null);

        await stop.CancelAsync();
        await run;
        Assert.That(told, Is.EqualTo(new[] { "added", "changed", "deleted" }));
    }

    [Test]
    public async Task Only_one_leads_and_the_next_follows_when_it_ends()
    {
        var (first, second) = (Candidate("first"), Candidate("second"));
        using var stopFirst = new CancellationTokenSource();
        using var stopSecond = new CancellationTokenSource();
        var leader = "";
        var one = first.RunAsync(cancel => LeadAsync("first", cancel), stopFirst.Token);
        await Eventually.TrueAsync(() => leader == "first");
        var two = second.RunAsync(cancel => LeadAsync("second", cancel), stopSecond.Token);

        await stopFirst.CancelAsync();
        await one;
        await Eventually.TrueAsync(() => leader == "second");

        await stopSecond.CancelAsync();
        await two;
        Assert.That((await _api.GetAsync<Lease>(new("default", "leader"), None)).Spec.HolderIdentity, Is.Empty, "given back");

        async Task LeadAsync(string name, CancellationToken cancel)
        {
            leader = name;
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private LeaderElection Candidate(string identity) => new(
        _api,
        new LeaderElectionOptions { Lease = new("default", "leader"), Identity = identity, RetryPeriod = TimeSpan.FromMilliseconds(50) },
        TimeProvider.System,
        NullLogger.Instance);

    private static ConfigMap Map(string name) =>
        new() { Metadata = new ObjectMeta { Namespace = "default", Name = name }, Data = [KeyValuePair.Create("a", "1")] };

    private HttpsTransport Https()
    {
        var certificate = _server.Pki.Authority.Issue(CertificateProfile.Client("admin", ["system:masters"]));
        return new HttpsTransport(
            new HttpsTransportOptions
            {
                Server = _server.Address,
                Authorities = [X509CertificateLoader.LoadCertificate(_server.Pki.Authority.Certificate.RawData)],
                ClientCertificate = () => certificate,
                UseProtobuf = way == "protobuf",
            },
            TimeProvider.System);
    }
}
