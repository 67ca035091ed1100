using System.Collections.Frozen;
using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authentication.ServiceAccounts;
using ControlPlane.ApiServer.CustomResources;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.ApiServer.Health;
using ControlPlane.ApiServer.Metrics;
using ControlPlane.ApiServer.OpenApi;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Subresources;
using ControlPlane.ApiServer.Subresources.Nodes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Registry;
using ControlPlane.Types;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer;

/// <content>THE lists of what is served beside objects.</content>
public sealed partial class ApiServer
{
    private readonly PrometheusCollector _metrics = new();

    private readonly ProcessMetrics _process = new();

    // In order: the first that serves a path answers.
    private ImmutableArray<IPathHandler> PathHandlers()
    {
        var discovery = new CatalogView<DiscoverySnapshot>(_catalog, served => DiscoverySnapshot.Build(ResourcesOf(served), $"{_options.AdvertiseAddress}:{Port}"));
        var openApi = new CatalogView<OpenApiSnapshot>(_catalog, served => OpenApiSnapshot.Build(discovery.Current, SchemasOf(served)));
        return
        [
            new HealthEndpoints(
            [
                HealthCheck.Ping,
                new HealthCheck("etcd", HealthProbes.All, CheckStoreAsync),
                new HealthCheck("shutdown", HealthProbes.Readyz, _ => ValueTask.FromResult(_stopping.IsCancellationRequested ? "process is shutting down" : null)),
            ], _logs.CreateLogger<HealthEndpoints>()),
            new MetricsEndpoint(_metrics),
            new VersionEndpoint(),
            new DiscoveryEndpoints(() => discovery.Current),
            new OpenApiEndpoints(() => openApi.Current),
            new OpenIdDocuments(
                _options.ServiceAccountIssuer,
                new UriBuilder(Uri.UriSchemeHttps, _options.AdvertiseAddress.ToString(), _options.SecurePort, "/openid/v1/jwks").Uri,
                [_pki.ServiceAccountKey]),
        ];
    }

    // Found by resource and subresource; no order.
    private ImmutableArray<IComputedResource> ComputedResources() =>
    [
        .. Reviews.All(_identity, new AuthenticationReviews(_identity.Bearer)),
        new PodBinding("binding", StoreOf("", "pods"), _time),
        new PodBinding("", StoreOf("", "pods"), _time),
        new PodEviction(StoreOf("", "pods"), StoreOf("policy", "poddisruptionbudgets"), _time),
        new ServiceAccountToken(_catalog, _identity.Tokens),
    ];

    // Found by resource and subresource; no order.
    private ImmutableArray<IConnector> Connectors() =>
    [
        new PodLog(_nodes, _time),
        new PodStream("exec", _nodes, _identity.Authorizer, _time),
        new PodStream("attach", _nodes, _identity.Authorizer, _time),
        new PodStream("portforward", _nodes, _identity.Authorizer, _time),
    ];

    private ResourceStore StoreOf(string group, string plural) =>
        _catalog.Current.Find(new GroupResource(group, plural)) ?? throw new InvalidOperationException($"{plural} are not served");

    private async ValueTask<string?> CheckStoreAsync(CancellationToken cancel)
    {
        await _store.CurrentRevisionAsync(cancel);
        return null;
    }

    private static IEnumerable<DiscoveryResource> ResourcesOf(CatalogSnapshot served) =>
        served.Stores.SelectMany(store => store.Definition.Versions.Select(version => new DiscoveryResource(version.Kind, version.Info ?? store.Definition.Info)));

    // What is served tells its own shape; lists and the kinds of subresources are built in.
    private static Func<GroupVersionKind, TypeDescriptor?> SchemasOf(CatalogSnapshot served)
    {
        var schemas = served.Stores.SelectMany(store => store.Definition.Versions).GroupBy(version => version.Kind).ToFrozenDictionary(same => same.Key, same => same.First().Schema);
        var lists = served.Stores.SelectMany(store => store.Definition.Versions.OfType<DynamicVersion>().Select(version => (version.Kind with { Kind = version.Info.ListKind }, version.ListSchema)))
            .ToFrozenDictionary(list => list.Item1, list => list.ListSchema);
        return kind => lists.GetValueOrDefault(kind) ?? schemas.GetValueOrDefault(kind) ?? BuiltInTypes.Find(kind)?.Descriptor;
    }
}
