using System.Net;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Registry.Writes;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Bootstrap;

/// <summary>
/// Makes what must exist before anybody is served, and mends it at every start. All writes are under way at once, so that the store commits them together.
/// </summary>
internal sealed class Bootstrapper(ResourceCatalog catalog, ApiServerOptions options, ClusterPki pki, TimeProvider time)
{
    /// <summary>Makes all that does not depend on the port.</summary>
    /// <exception cref="ApiException">An object of ours breaks our own rules.</exception>
    public async Task RunAsync(CancellationToken cancel) =>
        await Task.WhenAll(BootstrapObjects.Namespaces().Concat(BootstrapObjects.Others(options, pki, time.GetUtcNow())).Select(wanted => EnsureAsync(wanted, cancel)));

    /// <summary>Tells where the server is, once it is known on which port it listens: pods by a Service, those who join by cluster-info.</summary>
    public async Task PublishAsync(int securePort, CancellationToken cancel)
    {
        await EnsureClusterInfoAsync(ClusterInfoMap.Of(options, pki, securePort), cancel);
        await EnsureAsync(KubernetesService.Service(options, securePort), cancel);
        // A server that is for this machine alone has no address that pods could reach; the rules of Endpoints refuse such addresses.
        if (IPAddress.IsLoopback(options.AdvertiseAddress))
            return;
        var address = options.AdvertiseAddress.ToString();
        await Task.WhenAll(
            PutAsync(KubernetesService.Endpoints([address], securePort), cancel),
            PutAsync(KubernetesService.Slice([address], securePort), cancel));
    }

    private async Task EnsureAsync(IApiObject wanted, CancellationToken cancel)
    {
        var store = StoreOf(wanted);
        if (store.FindCached(new ObjectKey(wanted.Metadata.Namespace, wanted.Metadata.Name)) is not { } existing)
        {
            await CreateAsync(store, wanted, cancel);
            return;
        }

        if (RbacBootstrap.MustBeReplaced(wanted, existing.Record))
        {
            await store.DeleteAsync(existing.Key, new DeleteRequest { Context = Context() }, cancel);
            await CreateAsync(store, wanted, cancel);
        }
        else if (RbacBootstrap.Reconcile(wanted, existing.Record) is { } mended)
        {
            await UpdateAsync(store, existing.Key, mended, cancel);
        }
    }

    private async Task EnsureClusterInfoAsync(ConfigMap wanted, CancellationToken cancel)
    {
        var store = StoreOf(wanted);
        var key = new ObjectKey(wanted.Metadata.Namespace, wanted.Metadata.Name);
        if (store.FindCached(key) is not { } existing)
            await CreateAsync(store, wanted, cancel);
        else if (ClusterInfoMap.Mend(wanted, (ConfigMap)existing.Record, pki) is { } mended)
            await UpdateAsync(store, key, mended, cancel);
    }

    // Unlike what is made once and may then be changed, these say where this server is now.
    private async Task PutAsync(IApiObject wanted, CancellationToken cancel)
    {
        var store = StoreOf(wanted);
        var key = new ObjectKey(wanted.Metadata.Namespace, wanted.Metadata.Name);
        if (store.FindCached(key) is { } existing)
            await UpdateAsync(store, key, wanted.WithMetadata(existing.Record.Metadata with { Labels = wanted.Metadata.Labels }), cancel);
        else
            await CreateAsync(store, wanted, cancel);
    }

    private async Task CreateAsync(ResourceStore store, IApiObject wanted, CancellationToken cancel)
    {
        try
        {
            var made = await store.CreateAsync(store.Definition.Default(wanted), new CreateRequest { Context = Context() }, cancel);
            if (store.Definition.Traits.Status is { } status && !status.WithStatusOf(made.Record, wanted).Equals(made.Record))
                await UpdateAsync(store, made.Key, status.WithStatusOf(made.Record, wanted), cancel, "status");
        }
        catch (ApiException taken) when (taken.Reason == "AlreadyExists")
        {
            // Another server of the same cluster starts at the same moment.
        }
    }

    private async Task UpdateAsync(ResourceStore store, ObjectKey key, IApiObject value, CancellationToken cancel, string subresource = "") =>
        await store.UpdateAsync(
            key,
            // What is wanted does not depend on what is there; some kinds are still not to be updated without saying which version is meant.
            (current, _) => ValueTask.FromResult(store.Definition.Default(value.WithMetadata(value.Metadata with { ResourceVersion = current?.ResourceVersion ?? "" }))),
            new UpdateRequest { Context = Context() with { Subresource = subresource } },
            cancel);

    private ResourceStore StoreOf(IApiObject value) => catalog.Current.TryFind(value.GroupVersionKind, out var served)
        ? served.Store
        : throw new InvalidOperationException($"{value.GroupVersionKind} is not served");

    private WriteContext Context() =>
        new(UserInfo.Loopback.Name, UserInfo.Loopback.Uid, UserInfo.Loopback.Groups, UserInfo.Loopback.Extra, time.GetUtcNow());
}
