using System.Globalization;
using System.Net;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.ApiServer.Pki;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.ApiRegistration;
using ControlPlane.Types.Core;
using ControlPlane.Types.FlowControl;
using ControlPlane.Types.Networking;
using ControlPlane.Types.Scheduling;

namespace ControlPlane.ApiServer.Bootstrap;

/// <summary>What exists after the first start, beside what controllers make: upstream's objects, by its names.</summary>
internal static class BootstrapObjects
{
    private const string FlowControlFile = "ControlPlane.ApiServer.Bootstrap.bootstrap-flowcontrol.jsonl";

    /// <summary>The namespaces of the system (pkg/controlplane/controller/systemnamespaces).</summary>
    public static IEnumerable<IApiObject> Namespaces() =>
        from name in (string[])["default", "kube-node-lease", "kube-public", "kube-system"]
        select new Namespace
        {
            Metadata = new ObjectMeta { Name = name, Labels = ValueMap.Of("kubernetes.io/metadata.name", name) },
            Spec = new NamespaceSpec { Finalizers = ["kubernetes"] },
            Status = new NamespaceStatus { Phase = "Active" },
        };

    /// <summary>Everything else, in no order that matters.</summary>
    public static IEnumerable<IApiObject> Others(ApiServerOptions options, ClusterPki pki, DateTimeOffset now) =>
    [
        .. RbacBootstrap.Objects(),
        .. PriorityClasses(),
        .. FlowControl(),
        .. ApiServices(),
        ServiceRange(options),
        ExtensionAuthentication(pki),
        TokenTracking(now),
    ];

    private static IEnumerable<IApiObject> PriorityClasses()
    {
        yield return PriorityClass("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.");
        yield return PriorityClass("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node.");
    }

    private static PriorityClass PriorityClass(string name, int value, string description) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Value = value,
        Description = description,
        PreemptionPolicy = "PreemptLowerPriority",
    };

    // apiserver: pkg/apis/flowcontrol/bootstrap, as data
    private static IEnumerable<IApiObject> FlowControl()
    {
        using var stream = typeof(BootstrapObjects).Assembly.GetManifestResourceStream(FlowControlFile)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var json = System.Text.Encoding.UTF8.GetBytes(line);
            yield return line.StartsWith("{\"kind\":\"FlowSchema\"", StringComparison.Ordinal)
                ? Json.Decode<FlowSchema>(json)
                : Json.Decode<PriorityLevelConfiguration>(json);
        }
    }

    private static IEnumerable<IApiObject> ApiServices() =>
        from known in GroupPriorities.BuiltIn
        select new APIService
        {
            Metadata = new ObjectMeta
            {
                Name = $"{known.Key.Version}.{known.Key.Group}",
                Labels = ValueMap.Of("kube-aggregator.kubernetes.io/automanaged", "onstart"),
            },
            Spec = new APIServiceSpec
            {
                Group = known.Key.Group,
                Version = known.Key.Version,
                GroupPriorityMinimum = known.Value.Group,
                VersionPriority = known.Value.Version,
            },
            Status = new APIServiceStatus
            {
                Conditions = [new APIServiceCondition { Type = "Available", Status = "True", Reason = "Local", Message = "Local APIServices are always available" }],
            },
        };

    private static ServiceCIDR ServiceRange(ApiServerOptions options) => new()
    {
        Metadata = new ObjectMeta { Name = "kubernetes", Finalizers = ["networking.k8s.io/service-cidr-finalizer"] },
        Spec = new ServiceCIDRSpec { Cidrs = [options.ServiceRange.ToString()] },
        Status = new ServiceCIDRStatus
        {
            Conditions = [new Condition { Type = "Ready", Status = "True", Message = "Kubernetes Service CIDR is ready" }],
        },
    };

    // What extension API servers need to trust the front proxy (kube-apiserver: clusterauthenticationtrust)
    private static ConfigMap ExtensionAuthentication(ClusterPki pki) => new()
    {
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = "extension-apiserver-authentication" },
        Data = new Dictionary<string, string>
        {
            ["client-ca-file"] = pki.Authority.Pem,
            ["requestheader-allowed-names"] = "[\"front-proxy-client\"]",
            ["requestheader-client-ca-file"] = pki.FrontProxyAuthority.Pem,
            ["requestheader-extra-headers-prefix"] = "[\"X-Remote-Extra-\"]",
            ["requestheader-group-headers"] = "[\"X-Remote-Group\"]",
            ["requestheader-username-headers"] = "[\"X-Remote-User\"]",
        }.ToValueMap(),
    };

    private static ConfigMap TokenTracking(DateTimeOffset now) => new()
    {
        Metadata = new ObjectMeta { Namespace = "kube-system", Name = "kube-apiserver-legacy-service-account-token-tracking" },
        Data = ValueMap.Of("since", now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
    };
}
