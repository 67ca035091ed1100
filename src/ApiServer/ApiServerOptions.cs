using System.Collections.Immutable;
using System.Net;
using ControlPlane.Machinery.Features;
using ControlPlane.Registry;

namespace ControlPlane.ApiServer;

/// <summary>Who keeps the addresses of the Service "kubernetes".</summary>
public enum EndpointReconciler
{
    /// <summary>Every server its own, by a lease in the store.</summary>
    Lease,

    /// <summary>Nobody here: the operator does.</summary>
    None,
}

/// <summary>How one API server is to run. The host makes it from flags; every default is kube-apiserver's.</summary>
public sealed record ApiServerOptions
{
    /// <summary>Where it listens. kube-apiserver: --bind-address</summary>
    public IPAddress BindAddress { get; init; } = IPAddress.Any;

    /// <summary>The port; 0 for any that is free. kube-apiserver: --secure-port</summary>
    public int SecurePort { get; init; } = 6443;

    /// <summary>Under which address members of the cluster reach it. kube-apiserver: --advertise-address</summary>
    public required IPAddress AdvertiseAddress { get; init; }

    /// <summary>Where Services get their addresses from. kube-apiserver: --service-cluster-ip-range; kubeadm's default</summary>
    public IPNetwork ServiceRange { get; init; } = IPNetwork.Parse("10.96.0.0/16");

    /// <summary>The first port of Services of type NodePort. kube-apiserver: --service-node-port-range</summary>
    public int NodePortFirst { get; init; } = 30000;

    /// <summary>The last one, included.</summary>
    public int NodePortLast { get; init; } = 32767;

    /// <summary>Who decides about requests, in order. kube-apiserver: --authorization-mode; kubeadm's default</summary>
    public ImmutableArray<string> AuthorizationModes { get; init; } = ["Node", "RBAC"];

    /// <summary>Are callers without credentials let in as system:anonymous? kube-apiserver: --anonymous-auth</summary>
    public bool AllowsAnonymous { get; init; } = true;

    /// <summary>Who signs service account tokens. kube-apiserver: --service-account-issuer</summary>
    public string ServiceAccountIssuer { get; init; } = "https://kubernetes.default.svc.cluster.local";

    /// <summary>Whom tokens are for that name nobody. kube-apiserver: --api-audiences; the issuer where empty</summary>
    public ImmutableArray<string> ApiAudiences { get; init; } = [];

    /// <summary>Reads at once. kube-apiserver: --max-requests-inflight</summary>
    public int MaxReadsInFlight { get; init; } = 400;

    /// <summary>Writes at once. kube-apiserver: --max-mutating-requests-inflight</summary>
    public int MaxWritesInFlight { get; init; } = 200;

    /// <summary>How long a request may take that is not meant to run long. kube-apiserver: --request-timeout</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a watch lasts at least whose client names no time; twice as long at most. kube-apiserver: --min-request-timeout</summary>
    public TimeSpan MinRequestTimeout { get; init; } = TimeSpan.FromSeconds(1800);

    /// <summary>How objects are kept: compaction, and how long Events are.</summary>
    public RegistryOptions Registry { get; init; } = new();

    /// <summary>Who keeps the addresses of the Service "kubernetes". kube-apiserver: --endpoint-reconciler-type</summary>
    public EndpointReconciler EndpointReconciler { get; init; } = EndpointReconciler.Lease;

    /// <summary>This machine's name, which the server's identity is made of.</summary>
    public string HostName { get; init; } = Environment.MachineName;

    /// <summary>What is switched on. kube-apiserver: --feature-gates</summary>
    public FeatureGates Features { get; init; } = FeatureGates.Default;

    /// <summary>How long pods stay on a node that is not ready. kube-apiserver: --default-not-ready-toleration-seconds</summary>
    public long NotReadyTolerationSeconds { get; init; } = 300;

    /// <summary>How long pods stay on a node that is not heard of. kube-apiserver: --default-unreachable-toleration-seconds</summary>
    public long UnreachableTolerationSeconds { get; init; } = 300;

    /// <summary>Megabytes of the audit log's file before another is begun. kube-apiserver: --audit-log-maxsize</summary>
    public int AuditLogMegabytes { get; init; } = 100;

    /// <summary>Former files of the audit log that are kept. kube-apiserver: --audit-log-maxbackup</summary>
    public int AuditLogBackups { get; init; } = 100;

    /// <summary>The file of the audit log; none where empty. kube-apiserver: --audit-log-path</summary>
    public string AuditLogPath { get; init; } = "";

    /// <summary>The address of the Service "kubernetes": the first of the range.</summary>
    public IPAddress KubernetesServiceAddress
    {
        get
        {
            var bytes = ServiceRange.BaseAddress.GetAddressBytes();
            bytes[^1]++;
            return new IPAddress(bytes);
        }
    }
}
