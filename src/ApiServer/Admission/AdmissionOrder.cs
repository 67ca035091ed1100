using System.Collections.Immutable;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.Registry;

namespace ControlPlane.ApiServer.Admission;

/// <summary>THE list: which gates a write passes, in order. Upstream's twin is AllOrderedPlugins (pkg/kubeapiserver/options/plugins.go).</summary>
internal static class AdmissionOrder
{
    /// <summary>The plugins of a server.</summary>
    /// <param name="catalog">Where they look things up.</param>
    /// <param name="authorizer">For those that ask whether the user may do something else too.</param>
    /// <param name="escalation">Asks whether a role or binding gives more than its writer has.</param>
    /// <param name="options">What the command line decides.</param>
    /// <param name="random">For names that they make up, and pauses between looks.</param>
    /// <param name="time">Paces those that look again.</param>
    public static ImmutableArray<IAdmissionPlugin> Of(ResourceCatalog catalog, IAuthorizer authorizer, EscalationCheck escalation, ApiServerOptions options, Random random, TimeProvider time) =>
    [
        new NamespaceLifecycle(catalog, time), // first: nothing else needs to look at writes to namespaces that are going or gone
        new ServiceAccountAdmission(catalog, random, time), // before whatever looks at volumes
        new NodeRestriction(catalog),
        new TaintNodesByCondition(),
        new PriorityAdmission(catalog),
        new DefaultTolerationSeconds(options.NotReadyTolerationSeconds, options.UnreachableTolerationSeconds), // before RuntimeClass, whose tolerations are told apart from the pod's own
        new DefaultStorageClass(catalog),
        new StorageObjectInUseProtection(),
        new RuntimeClassAdmission(catalog),
        new CertificateApproval(authorizer),
        new CertificateSigning(authorizer),
        new CertificateSubjectRestriction(),
        .. options.Features.IsEnabled("PodTopologyLabelsAdmission") ? (IAdmissionPlugin[])[new PodTopologyLabels(catalog)] : [],
        new RoleEscalation(escalation), // last: it judges what will really be stored
    ];
}
