using ControlPlane.Client;
using ControlPlane.Controllers.Apps.Deployments;
using ControlPlane.Controllers.Apps.ReplicaSets;
using ControlPlane.Controllers.Batch;
using ControlPlane.Controllers.BootstrapTokens;
using ControlPlane.Controllers.Certificates;
using ControlPlane.Controllers.GarbageCollection;
using ControlPlane.Controllers.Namespaces;
using ControlPlane.Controllers.Nodes.Eviction;
using ControlPlane.Controllers.Nodes.Ipam;
using ControlPlane.Controllers.Nodes.Lifecycle;
using ControlPlane.Controllers.Pods;
using ControlPlane.Controllers.Policy;
using ControlPlane.Controllers.Rbac;
using ControlPlane.Controllers.ServiceAccounts;
using ControlPlane.Controllers.Services;
using ControlPlane.Controllers.Services.Slices;

namespace ControlPlane.Controllers;

/// <summary>All controllers. The order has no meaning: each declares what it is.</summary>
public static class ControllerCatalog
{
    /// <summary>One maker a controller.</summary>
    /// <param name="options">What the command line decides.</param>
    public static IEnumerable<Func<ControllerScope, Controller>> All(ControllerSettings options) =>
    [
        static scope => new BootstrapSignerController(scope.Api, scope.Caches, scope.Clock),
        static scope => new CertificateApprovingController(scope.Api, scope.Clock),
        static scope => new CertificateCleanerController(scope.Api, scope.Clock, scope.Log<CertificateCleanerController>()),
        scope => new CertificateSigningController(scope.Api, scope.Clock, options, scope.Log<CertificateSigningController>()),
        static scope => new ClusterRoleAggregationController(scope.Api, scope.Caches),
        static scope => new DeploymentController(scope.Api, scope.Caches, scope.Events("deployment-controller"), scope.Clock),
        static scope => new ReplicaSetController(scope.Api, scope.Caches, scope.Events("replicaset-controller"), scope.Clock),
        static scope => new DisruptionController(scope.Api, scope.Caches, scope.Events("controllermanager"), scope.Clock),
        static scope => new EndpointsController(scope.Api, scope.Caches, scope.Events("endpoint-controller")),
        scope => new EndpointSliceController(scope.Api, scope.Caches, scope.Events("endpoint-slice-controller"), options),
        scope => new GarbageCollector(scope.Api, scope, options.UncollectedResources),
        static scope => new NamespaceController(scope.Api, scope.Clock),
        scope => new NodeLifecycleController(scope.Api, scope.Caches, scope.Events("node-controller"), scope.Clock, options),
        scope => new NodeIpamController(scope.Api, scope.Caches, scope.Events("cidrAllocator"), options),
        scope => new PodGarbageCollector(scope.Api, scope.Caches, scope.Clock, options, scope.Log<PodGarbageCollector>()),
        scope => new RootCertificateController(scope.Api, scope.Caches, options),
        static scope => new ServiceAccountController(scope.Api, scope.Caches),
        static scope => new TaintEvictionController(scope.Api, scope.Caches, scope.Events("taint-eviction-controller"), scope.Clock),
        static scope => new TokenCleanerController(scope.Api, scope.Clock, scope.Log<TokenCleanerController>()),
        static scope => new TtlAfterFinishedController(scope.Api, scope.Clock, scope.Log<TtlAfterFinishedController>()),
    ];
}
