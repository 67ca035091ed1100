using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authentication.ServiceAccounts;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Authorization.Node;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.ApiServer.Authorization.Reviews;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer;

/// <summary>Who may do what on one server: authenticators and authorizers, kept true to the objects that they decide by.</summary>
internal sealed class Identity
{
    private readonly ResourceCatalog _catalog;
    private readonly ClusterPki _pki;
    private readonly ApiServerOptions _options;
    private readonly TimeProvider _time;
    private readonly RbacPolicy _policy = new();
    private readonly NodeGraph _graph = new();
    private readonly TaskCompletionSource _graphFilled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AuthorizerChain _authorizers;
    private readonly Lazy<ObjectFeed> _policyFeed;
    private readonly Lazy<ObjectFeed> _graphFeed;

    public Identity(ResourceCatalog catalog, ClusterPki pki, ApiServerOptions options, TimeProvider time)
    {
        (_catalog, _pki, _options, _time) = (catalog, pki, options, time);
        Rbac = new RbacAuthorizer(_policy);
        _authorizers = AuthorizerChain.Of(options.AuthorizationModes, new NodeAuthorizer(_graph, _graphFilled.Task), Rbac);
        Audiences = options.ApiAudiences.IsEmpty ? [options.ServiceAccountIssuer] : options.ApiAudiences;
        Tokens = new ServiceAccountTokens(pki.ServiceAccountKey, options.ServiceAccountIssuer, Audiences, extendsExpiration: true, time);
        Bearer = new BearerTokenAuthenticator(
        [
            new ServiceAccountTokenAuthenticator([pki.ServiceAccountKey], [options.ServiceAccountIssuer], FindBoundObjectAsync, time),
            new BootstrapTokenAuthenticator(FindSecretAsync, time),
        ], Audiences, new TokenCache(time));
        Reviews = new AccessReviews(_authorizers, _authorizers);
        _policyFeed = new(() => Feed(_policy.Apply, _policy.Forget, "clusterroles", "clusterrolebindings", "roles", "rolebindings"));
        _graphFeed = new(() => Feed(_graph.Apply, _graph.Forget, "pods", "persistentvolumes", "volumeattachments"));
    }

    /// <summary>Decides about requests.</summary>
    public IAuthorizer Authorizer => _authorizers;

    /// <summary>RBAC alone, for checks of escalation.</summary>
    public RbacAuthorizer Rbac { get; }

    /// <summary>The roles and bindings.</summary>
    public RbacPolicy Policy => _policy;

    /// <summary>Whom tokens are for that name nobody.</summary>
    public ImmutableArray<string> Audiences { get; }

    /// <summary>Makes service account tokens.</summary>
    public ServiceAccountTokens Tokens { get; }

    /// <summary>Knows callers by tokens.</summary>
    public BearerTokenAuthenticator Bearer { get; }

    /// <summary>Answers access reviews.</summary>
    public AccessReviews Reviews { get; }

    /// <summary>The stage that finds out who asks.</summary>
    public AuthenticationStage Authentication(ILoggerFactory logs) => new(
    [
        new FrontProxyAuthenticator(new ClientCertificateAuthenticator([_pki.FrontProxyAuthority.Certificate], _time), ["front-proxy-client"]),
        new ClientCertificateAuthenticator([_pki.Authority.Certificate], _time),
        Bearer,
    ], _options.AllowsAnonymous, logs.CreateLogger<AuthenticationStage>());

    /// <summary>Takes in the roles and bindings that are there. The catalog must be filled.</summary>
    public void Load() => _policyFeed.Value.Load(_catalog.Revision.ToString());

    /// <summary>Takes in what nodes are allowed by, and follows changes until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(_policyFeed.Value.RunAsync(cancel), Task.Run(() => FollowGraphAsync(cancel), cancel));

    // Pods can be a hundred thousand, and each must be decoded: the server answers meanwhile.
    private async Task FollowGraphAsync(CancellationToken cancel)
    {
        _graphFeed.Value.Load(_catalog.Revision.ToString());
        _graphFilled.SetResult();
        await _graphFeed.Value.RunAsync(cancel);
    }

    private ObjectFeed Feed(Action<IApiObject> apply, Action<IApiObject> forget, params ImmutableArray<string> plurals) =>
        new(_catalog.Current.Stores.Where(store => plurals.Contains(store.Definition.Info.Plural)), apply, forget);

    private ValueTask<BoundObject?> FindBoundObjectAsync(BoundObjectKind kind, string @namespace, string name, CancellationToken cancel)
    {
        var plural = kind switch
        {
            BoundObjectKind.Pod => "pods",
            BoundObjectKind.Secret => "secrets",
            BoundObjectKind.Node => "nodes",
            _ => "serviceaccounts",
        };
        var found = _catalog.Current.Find(new GroupResource("", plural))?.FindCached(new ObjectKey(@namespace, name))?.Record.Metadata;
        return ValueTask.FromResult(found is null ? null : new BoundObject(found.Uid, found.DeletionTimestamp));
    }

    private ValueTask<IReadOnlyDictionary<string, ReadOnlyMemory<byte>>?> FindSecretAsync(string name, string type, CancellationToken cancel)
    {
        var secret = _catalog.Current.Find(new GroupResource("", "secrets"))?.FindCached(new ObjectKey("kube-system", name))?.Record as Secret;
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>>? data = secret is { Metadata.DeletionTimestamp: null } && secret.Type == type
            ? secret.Data.ToDictionary(pair => pair.Key, pair => pair.Value.Memory)
            : null;
        return ValueTask.FromResult(data);
    }
}
