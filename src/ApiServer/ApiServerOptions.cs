using System.Collections.Immutable;
using System.Net;

namespace ControlPlane.ApiServer;

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
