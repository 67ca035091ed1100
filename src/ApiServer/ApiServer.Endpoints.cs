using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authentication.ServiceAccounts;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.ApiServer.Health;
using ControlPlane.ApiServer.Metrics;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Subresources;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer;

/// <content>THE lists of what is served beside objects.</content>
public sealed partial class ApiServer
{
    private readonly PrometheusCollector _metrics = new();
    private DiscoveryView? _discovery;

    // In order: the first that serves a path answers.
    private ImmutableArray<IPathHandler> PathHandlers() =>
    [
        new HealthEndpoints(
        [
            HealthCheck.Ping,
            new HealthCheck("etcd", HealthProbes.All, CheckStoreAsync),
            new HealthCheck("shutdown", HealthProbes.Readyz, _ => ValueTask.FromResult(_stopping.IsCancellationRequested ? "process is shutting down" : null)),
        ], _logs.CreateLogger<HealthEndpoints>()),
        new MetricsEndpoint(_metrics),
        new VersionEndpoint(),
        new DiscoveryEndpoints(Discovered),
        new OpenIdDocuments(
            _options.ServiceAccountIssuer,
            new UriBuilder(Uri.UriSchemeHttps, _options.AdvertiseAddress.ToString(), _options.SecurePort, "/openid/v1/jwks").Uri,
            [_pki.ServiceAccountKey]),
    ];

    // Found by resource and subresource; no order.
    private ImmutableArray<IComputedResource> ComputedResources(Writes writes) =>
    [
        .. Reviews.All(_identity, new AuthenticationReviews(_identity.Bearer)),
    ];

    private async ValueTask<string?> CheckStoreAsync(CancellationToken cancel)
    {
        await _store.CurrentRevisionAsync(cancel);
        return null;
    }

    // Built when asked for, again when what is served has changed.
    private DiscoverySnapshot Discovered()
    {
        var served = _catalog.Current;
        if (_discovery is { } known && ReferenceEquals(known.Served, served))
            return known.Documents;
        var resources = served.Stores.SelectMany(store => store.Definition.Versions.Select(version => new DiscoveryResource(version.Kind, store.Definition.Info)));
        var documents = DiscoverySnapshot.Build(resources, $"{_options.AdvertiseAddress}:{Port}");
        _discovery = new DiscoveryView(served, documents);
        return documents;
    }

    private sealed record DiscoveryView(Registry.CatalogSnapshot Served, DiscoverySnapshot Documents);
}
