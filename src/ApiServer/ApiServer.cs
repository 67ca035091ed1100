using System.Collections.Immutable;
using ControlPlane.ApiServer.Admission;
using ControlPlane.ApiServer.Allocation;
using ControlPlane.ApiServer.Auditing;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Authorization.Node;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.ApiServer.Bootstrap;
using ControlPlane.ApiServer.CustomResources;
using ControlPlane.ApiServer.FlowControl;
using ControlPlane.ApiServer.Impersonation;
using ControlPlane.ApiServer.Membership;
using ControlPlane.ApiServer.Metrics;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Pki;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.ApiServer.Subresources;
using ControlPlane.ApiServer.Subresources.Nodes;
using ControlPlane.ApiServer.Transport;
using ControlPlane.ApiServer.Verbs;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry;
using ControlPlane.Resources;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer;

/// <summary>
/// One API server: a store below, Kestrel above, and in between the catalog of resources and the pipeline. Started by <see cref="StartAsync"/>, which returns
/// when requests are answered; <see cref="RunAsync"/> completes when the server has ended, by <see cref="StopAsync"/> or by a failure.
/// </summary>
public sealed partial class ApiServer : IAsyncDisposable
{
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(5);

    // First watches and streams end and no new requests come; then, when those in flight are done, what they stand on.
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly ApiServerOptions _options;
    private readonly IKeyValueStore _store;
    private readonly ClusterPki _pki;
    private readonly ILoggerFactory _logs;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ResourceCatalog _catalog;
    private readonly CancellationTokenSource _leaving = new();
    private readonly SystemObjects _objects;
    private readonly Bootstrapper _bootstrapper;
    private readonly Identity _identity;
    private readonly NodeConnection _nodes;
    private InProcessServer? _operations;
    private ConversionClient? _webhooks;
    private WebApplication? _app;
    private KubernetesEndpoints? _endpoints;
    private Task _joined = Task.CompletedTask;
    private Task _background = Task.CompletedTask;

    private ApiServer(IKeyValueStore store, ClusterPki pki, ApiServerOptions options, TimeProvider time, Random random, ILoggerFactory logs)
    {
        (_store, _options, _pki, _logs, _time, _random) = (store, options, pki, logs, time, random);
        _catalog = new ResourceCatalog(store, options.Registry, time, new Random(random.Next()), logs.CreateLogger<ResourceCatalog>());
        _objects = new SystemObjects(_catalog, time);
        _bootstrapper = new Bootstrapper(_objects, options, pki, time);
        _identity = new Identity(_catalog, pki, options, time);
        _nodes = new NodeConnection(_catalog, pki.KubeletClientCertificate);
    }

    /// <summary>The version of Kubernetes that it is compatible with.</summary>
    public const string Version = "v1.36.0";

    /// <summary>The resources that are served.</summary>
    public ResourceCatalog Catalog => _catalog;

    /// <summary>The port that it listens on.</summary>
    public int Port => KestrelHost.PortOf(_app ?? throw new InvalidOperationException("the server is not started"));

    /// <summary>The API for a component of this process.</summary>
    /// <param name="user">As whom it acts: it may do what that user may do.</param>
    /// <param name="userAgent">The component's name; what fields are managed as that its writes set.</param>
    public IApiTransport As(UserInfo user, string userAgent) =>
        new InProcessTransport(_operations ?? throw new InvalidOperationException("the server is not started"), user, userAgent);

    /// <summary>Starts a server over a store that stays the caller's.</summary>
    /// <param name="store">Where objects are kept.</param>
    /// <param name="pki">Its certificates and keys.</param>
    /// <param name="options">How it is to run.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For uids, generated names and the ends of watches.</param>
    /// <param name="logs">Where it logs to.</param>
    /// <param name="cancel">Gives the start up.</param>
    /// <exception cref="StoreUnavailableException">The store cannot answer.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ApiServer> StartAsync(
        IKeyValueStore store, ClusterPki pki, ApiServerOptions options, TimeProvider time, Random random, ILoggerFactory logs, CancellationToken cancel)
    {
        var server = new ApiServer(store, pki, options, time, random, logs);
        try
        {
            await server.OpenAsync(cancel);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the server has ended; throws what ended it where it was not asked to.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await using var asked = cancel.Register(static state => ((ApiServer)state!).End(), this);
        await _background;
    }

    /// <summary>Takes this server out of the Service "kubernetes", ends watches and streams, lets requests in flight finish, and stops.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        await LeaveAsync(cancel);
        await _stopping.CancelAsync();
        try
        {
            // The caches follow the store meanwhile: a request in flight may wait for them.
            if (_app is not null)
                await _app.StopAsync(cancel);
        }
        finally
        {
            await _ending.CancelAsync();
            await _background;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        if (_app is not null)
            await _app.DisposeAsync();
        _nodes.Dispose();
        _leaving.Dispose();
        _webhooks?.Dispose();
        _stopping.Dispose();
        _ending.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        _background = KeepAsync(_catalog.RunAsync(_ending.Token), _ending.Token);
        await _catalog.AddAsync(BuiltInDefinitions.Served, cancel);
        StoreOf("", "services").AddHook(new ServiceAllocation(
            new ClusterAddresses(new ServiceRange(_options.ServiceRange), StoreOf("networking.k8s.io", "ipaddresses"), _random, _time), _options, _random));
        await _bootstrapper.RunAsync(cancel);
        _identity.Load();
        _background = Task.WhenAll(_background, KeepAsync(_identity.RunAsync(_ending.Token), _ending.Token));
        _operations = BuildOperations();
        _webhooks = new ConversionClient(StoreOf("", "services"));
        var customResources = new CustomResourceServing(
            _catalog, StoreOf("apiextensions.k8s.io", "customresourcedefinitions"), _webhooks, As(UserInfo.Loopback, "kube-apiserver"), _time, _logs.CreateLogger<CustomResourceServing>());
        await customResources.LoadAsync(cancel);
        _background = Task.WhenAll(_background, KeepAsync(customResources.RunAsync(_stopping.Token), _stopping.Token));
        _app = KestrelHost.Build(_options, _pki, _logs, ApiServerPipeline.Build(ApiServerPipeline.Stages(Parts())));
        await _app.StartAsync(cancel);
        await _bootstrapper.PublishAsync(Port, cancel);
        await JoinAsync(cancel);
        Started(_logs.CreateLogger<ApiServer>(), Port);
    }

    private async Task JoinAsync(CancellationToken cancel)
    {
        _endpoints = KubernetesEndpoints.Of(_options, _store, _objects, Port, _time, _logs);
        if (_endpoints is not null)
        {
            await _endpoints.JoinAsync(cancel);
            _joined = KeepAsync(_endpoints.RunAsync(_leaving.Token), _leaving.Token);
            _background = Task.WhenAll(_background, _joined);
        }

        if (_options.Features.IsEnabled("APIServerIdentity"))
        {
            var identity = new ServerIdentity(_objects, _options, Port, _time, _logs.CreateLogger<ServerIdentity>());
            _background = Task.WhenAll(_background, KeepAsync(identity.RunAsync(_leaving.Token), _leaving.Token));
        }
    }

    // While the store still answers: what is left to the lease takes as long as that lasts.
    private async Task LeaveAsync(CancellationToken cancel)
    {
        await _leaving.CancelAsync();
        await _joined.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // or it might join once more
        if (_endpoints is not { } endpoints || _stopping.IsCancellationRequested)
            return;
        _endpoints = null;
        using var limit = new CancellationTokenSource(LeaveLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        await endpoints.LeaveAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // A loop that ends without being asked takes the server with it: half a server is worse than none.
    private async Task KeepAsync(Task loop, CancellationToken asked)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (asked.IsCancellationRequested || _ending.IsCancellationRequested)
        {
        }
        finally
        {
            if (!asked.IsCancellationRequested)
                End();
        }
    }

    private void End()
    {
        _stopping.Cancel();
        _ending.Cancel();
    }

    private ApiServerParts Parts() => new()
    {
        ErrorBoundary = new ErrorBoundaryStage(_logs.CreateLogger<ErrorBoundaryStage>()),
        RequestInfo = new RequestInfoStage(),
        RequestMetrics = new RequestMetricsStage(_time),
        Deadline = new DeadlineStage(_options.RequestTimeout, _time),
        Authentication = _identity.Authentication(_logs),
        Audit = new AuditStage(_options.AuditLogPath.Length == 0 ? null : new AuditLog(_options.AuditLogPath, _options.AuditLogMegabytes, _options.AuditLogBackups, _time), _time),
        Impersonation = new ImpersonationStage(_identity.Authorizer),
        FlowControl = new FlowControlStage(_options.MaxReadsInFlight, _options.MaxWritesInFlight),
        Authorization = new AuthorizationStage(_identity.Authorizer),
        Dispatch = _operations!.Dispatch,
    };

    // Verbs and what they stand on, once for HTTP and for components of the same process.
    private InProcessServer BuildOperations()
    {
        var admission = new AdmissionChain(AdmissionOrder.Of(_catalog, _identity.Authorizer, new EscalationCheck(_identity.Authorizer, _identity.Rbac, _identity.Policy), _options, _random, _time));
        var fields = new FieldManagement(_time);
        var writes = new Writes(admission, fields, _time, _options.Features);
        var verbs = new ResourceVerbs(
            new Get(_time),
            new List(_time),
            new Watch(_options.MinRequestTimeout, _time, _random, _stopping.Token),
            new Create(writes, _time),
            new Update(writes, fields, _time),
            new Patch(writes, fields, _time),
            new Delete(writes, _time),
            new DeleteCollection(writes, _time));
        var scale = new ScaleVerbs(writes, fields);
        var subresources = new SubresourceVerbs(verbs, scale, admission, ComputedResources(), Connectors());
        var dispatch = new DispatchStage(_catalog, verbs, subresources, PathHandlers());
        var authorization = new AuthorizationStage(_identity.Authorizer);
        var info = new RequestInfoStage();
        return new InProcessServer(
            _catalog, _identity.Authorizer, writes, verbs, scale, subresources,
            context => info.InvokeAsync(context, parsed => authorization.InvokeAsync(parsed, allowed => dispatch.InvokeAsync(allowed, static _ => Task.CompletedTask))),
            _stopping.Token)
        {
            Dispatch = dispatch,
        };
    }

    [LoggerMessage(LogLevel.Information, "The API server listens on port {Port}")]
    private static partial void Started(ILogger log, int port);
}
