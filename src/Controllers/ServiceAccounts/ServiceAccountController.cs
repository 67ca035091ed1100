using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.ServiceAccounts;

/// <summary>Keeps a service account "default" in every active namespace: the identity of pods that name none.</summary>
internal sealed class ServiceAccountController(IApiClient api, ObjectCaches caches) : Controller<Namespace>
{
    private const string Default = "default";

    protected override void Declare(ControllerDeclaration<Namespace> controller) => controller
        .Named("serviceaccount-controller", alias: "serviceaccount")
        .As("service-account-controller")
        .For(static @namespace => @namespace.Status.Phase != "Terminating")
        .Watches<ServiceAccount>(OfDeleted)
        .Writes<ServiceAccount>(Verb.Create);

    protected override async Task<Requeue> ReconcileAsync(Namespace @namespace, CancellationToken cancel)
    {
        var key = new ObjectKey(@namespace.Metadata.Name, Default);
        if (caches.Find<ServiceAccount>(key) is null)
            await NamespaceEnd.TolerateAsync(() => api.TryCreateAsync(New(key), cancel));
        return Requeue.Never;
    }

    private static IEnumerable<ObjectKey> OfDeleted(ObjectChange<ServiceAccount> change) =>
        change.IsDeleted && change.Object.Metadata.Name == Default ? [new("", change.Object.Metadata.Namespace)] : [];

    private static ServiceAccount New(ObjectKey key) => new() { Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name } };
}
