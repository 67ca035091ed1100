using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Bootstrap;

/// <summary>
/// Makes what must exist before anybody is served, and mends it at every start. All writes are under way at once, so that the store commits them together.
/// </summary>
internal sealed class Bootstrapper(SystemObjects objects, ApiServerOptions options, ClusterPki pki, TimeProvider time)
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
    }

    private async Task EnsureAsync(IApiObject wanted, CancellationToken cancel)
    {
        var key = new ObjectKey(wanted.Metadata.Namespace, wanted.Metadata.Name);
        if (objects.StoreOf(wanted.GroupVersionKind).FindCached(key) is not { } existing)
        {
            await CreateAsync(wanted, cancel);
            return;
        }

        if (RbacBootstrap.MustBeReplaced(wanted, existing.Record))
        {
            await objects.DeleteAsync(existing, cancel);
            await CreateAsync(wanted, cancel);
        }
        else if (RbacBootstrap.Reconcile(wanted, existing.Record) is { } mended)
        {
            await objects.UpdateAsync(wanted.GroupVersionKind, key, _ => mended, cancel);
        }
    }

    private async Task EnsureClusterInfoAsync(ConfigMap wanted, CancellationToken cancel)
    {
        var kind = ((IApiObject)wanted).GroupVersionKind;
        var key = new ObjectKey(wanted.Metadata.Namespace, wanted.Metadata.Name);
        if (objects.StoreOf(kind).FindCached(key) is not { } existing)
            await CreateAsync(wanted, cancel);
        else if (ClusterInfoMap.Mend(wanted, (ConfigMap)existing.Record, pki) is { } mended)
            await objects.UpdateAsync(kind, key, _ => mended, cancel);
    }

    private async Task CreateAsync(IApiObject wanted, CancellationToken cancel)
    {
        if (await objects.TryCreateAsync(wanted, cancel) is not { } made)
            return;
        if (objects.StoreOf(wanted.GroupVersionKind).Definition.Traits.Status is { } status && !status.WithStatusOf(made.Record, wanted).Equals(made.Record))
            await objects.UpdateAsync(wanted.GroupVersionKind, made.Key, current => status.WithStatusOf(current, wanted), cancel, "status");
    }
}
