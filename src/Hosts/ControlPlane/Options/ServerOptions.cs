using System.Collections.Immutable;

namespace ControlPlane;

/// <summary>The API server. Names and defaults are kube-apiserver's where it has such a flag.</summary>
internal sealed partial record ServerOptions
{
    [Flag("--secure-port", "Port of the API over TLS.")]
    public int SecurePort { get; init; } = 6443;

    [Flag("--bind-address", "Address that the API listens on.")]
    public string BindAddress { get; init; } = "0.0.0.0";

    [Flag("--advertise-address", "Address under which others reach the API; the node's own where nothing is said.")]
    public string AdvertiseAddress { get; init; } = "";

    [Flag("--service-cluster-ip-range", "Addresses of Services.")]
    public string ServiceClusterIPRange { get; init; } = "10.96.0.0/16";

    [Flag("--service-node-port-range", "Ports of NodePort Services.")]
    public string ServiceNodePortRange { get; init; } = "30000-32767";

    [Flag("--authorization-mode", "Authorizers, in order: Node, RBAC, AlwaysAllow, AlwaysDeny.")]
    public ImmutableArray<string> AuthorizationModes { get; init; } = ["Node", "RBAC"];

    [Flag("--anonymous-auth", "Requests without credentials are system:anonymous; refused otherwise.")]
    public bool AnonymousAuth { get; init; } = true;

    [Flag("--service-account-issuer", "Issuer of service account tokens.")]
    public string ServiceAccountIssuer { get; init; } = "https://kubernetes.default.svc.cluster.local";

    [Flag("--tls-san", "Further names and addresses for the serving certificate.")]
    public ImmutableArray<string> TlsSans { get; init; } = [];

    [Flag("--max-requests-inflight", "Reading requests at once; more are told to come again.")]
    public int MaxRequestsInflight { get; init; } = 400; // kube-apiserver default

    [Flag("--max-mutating-requests-inflight", "Writing requests at once; more are told to come again.")]
    public int MaxMutatingRequestsInflight { get; init; } = 200; // kube-apiserver default

    [Flag("--audit-log-path", "File of the audit log; - for standard output, nothing for none.")]
    public string AuditLogPath { get; init; } = "";
}
