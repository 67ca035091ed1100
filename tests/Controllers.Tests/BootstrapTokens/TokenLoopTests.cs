using ControlPlane.Client;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests.BootstrapTokens;

public sealed class TokenLoopTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ConfigMap Map = new() { Metadata = new() { Namespace = ClusterInfo.Namespace, Name = ClusterInfo.Name } };

    private Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync("bootstrapsigner", "tokencleaner");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_token_signs_cluster_info_until_it_is_deleted()
    {
        var token = BootstrapToken.Create();
        var key = ClusterInfo.SignaturePrefix + token.Id;
        var secret = await _cluster.Api.CreateAsync(BootstrapTokenSecret.Of(token, null, ["signing"], [], ""), None);
        var signed = await _cluster.UntilAsync(Map, map => map.Data.ContainsKey(key));
        Assert.That(ClusterInfo.IsSignature(signed.Data[key], signed.Data["kubeconfig"], token));
        await _cluster.Api.DeleteAsync(secret, Deletion.Default, None);
        await _cluster.UntilAsync(Map, map => !map.Data.ContainsKey(key));
    }

    [Test]
    public async Task A_token_is_deleted_when_it_ends_and_not_before()
    {
        var kept = await _cluster.Api.CreateAsync(Ending(TimeSpan.FromHours(1)), None);
        var ended = await _cluster.Api.CreateAsync(Ending(TimeSpan.FromSeconds(-5)), None);
        await Eventually.TrueAsync(async () => await _cluster.Api.FindAsync<Secret>(ended.Key, None) is null);
        Assert.That(await _cluster.Api.FindAsync<Secret>(kept.Key, None), Is.Not.Null);
    }

    private static Secret Ending(TimeSpan fromNow) => BootstrapTokenSecret.Of(BootstrapToken.Create(), TimeProvider.System.GetUtcNow() + fromNow, ["authentication"], [], "");
}
