using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.ServiceAccounts;

/// <summary>Publishes in every namespace the certificate authority that pods trust the API server by, and repairs what others change in it.</summary>
internal sealed class RootCertificateController(IApiClient api, ObjectCaches caches, ControllerSettings settings) : Controller<Namespace>
{
    private const string Name = "kube-root-ca.crt";
    private const string DescriptionAnnotation = "kubernetes.io/description";

    // The text is upstream's (publisher.go): tools show it.
    private const string Description = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or "
        + "kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";

    private readonly ValueMap<string> _data = ValueMap.Of("ca.crt", settings.RootCertificate);

    protected override void Declare(ControllerDeclaration<Namespace> controller) => controller
        .Named("root-ca-certificate-publisher-controller", alias: "root-ca-cert-publisher")
        .As("root-ca-cert-publisher")
        .For(static @namespace => @namespace.Status.Phase != "Terminating")
        .Watches<ConfigMap>(OfPublished)
        .Writes<ConfigMap>(Verb.Create | Verb.Update);

    protected override async Task<Requeue> ReconcileAsync(Namespace @namespace, CancellationToken cancel)
    {
        if (settings.RootCertificate.Length == 0)
            return Requeue.Never;
        var key = new ObjectKey(@namespace.Metadata.Name, Name);
        if (caches.Find<ConfigMap>(key) is not { } published)
            await NamespaceEnd.TolerateAsync(() => api.TryCreateAsync(New(key), cancel));
        else if (published.Data != _data || published.Metadata.Annotations.Find(DescriptionAnnotation) != Description)
            await api.UpdateAsync(Repaired(published), cancel);
        return Requeue.Never;
    }

    private static IEnumerable<ObjectKey> OfPublished(ObjectChange<ConfigMap> change) =>
        change.Object.Metadata.Name == Name ? [new("", change.Object.Metadata.Namespace)] : [];

    private ConfigMap New(ObjectKey key) => new()
    {
        Metadata = new ObjectMeta { Namespace = key.Namespace, Name = key.Name, Annotations = ValueMap.Of(DescriptionAnnotation, Description) },
        Data = _data,
    };

    private ConfigMap Repaired(ConfigMap published) => published with
    {
        Metadata = published.Metadata with { Annotations = published.Metadata.Annotations.With(DescriptionAnnotation, Description) },
        Data = _data,
    };
}
