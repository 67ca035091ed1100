using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using ControlPlane.Machinery.Features;

namespace ControlPlane;

/// <summary>The API server. Names and defaults are kube-apiserver's where it has such a flag.</summary>
internal sealed partial record ServerOptions
{
    public const string Title = "API server";

    private static readonly ImmutableArray<string> Modes = ["Node", "RBAC", "AlwaysAllow", "AlwaysDeny"];

    [Flag("--secure-port", "Port of the API over TLS.", Least = 1, Most = 65535)]
    public int SecurePort { get; init; } = 6443;

    [Flag("--bind-address", "Address that the API listens on.")]
    public string BindAddress { get; init; } = "0.0.0.0";

    [Flag("--advertise-address", "Address under which others reach the API; the node's own where nothing is said.")]
    public string AdvertiseAddress { get; init; } = "";

    [Flag("--endpoint-reconciler-type", "Who keeps the addresses of the Service kubernetes: lease (every server its own) or none.")]
    public string EndpointReconciler { get; init; } = "lease"; // kube-apiserver default

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

    [Flag("--api-audiences", "Whom tokens are for that name nobody; the issuer where nothing is said.")]
    public ImmutableArray<string> ApiAudiences { get; init; } = [];

    [Flag("--tls-san", "Further names and addresses for the serving certificate.")]
    public ImmutableArray<string> TlsSans { get; init; } = [];

    [Flag("--max-requests-inflight", "Reading requests at once; more are told to come again. 0 for no limit.", Least = 0)]
    public int MaxRequestsInflight { get; init; } = 400; // kube-apiserver default

    [Flag("--max-mutating-requests-inflight", "Writing requests at once; more are told to come again. 0 for no limit.", Least = 0)]
    public int MaxMutatingRequestsInflight { get; init; } = 200; // kube-apiserver default

    [Flag("--request-timeout", "How long a request may take that is not meant to run long.", Least = 0)]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1); // kube-apiserver default

    [Flag("--min-request-timeout", "Seconds that a watch lasts at least whose client names no time, and at most twice as many.", Least = 0)]
    public int MinRequestTimeout { get; init; } = 1800; // kube-apiserver default

    [Flag("--default-not-ready-toleration-seconds", "How long pods stay on a node that is not ready, unless they say otherwise.", Least = 0)]
    public int NotReadyTolerationSeconds { get; init; } = 300; // kube-apiserver default

    [Flag("--default-unreachable-toleration-seconds", "How long pods stay on a node that is not heard of, unless they say otherwise.", Least = 0)]
    public int UnreachableTolerationSeconds { get; init; } = 300; // kube-apiserver default

    [Flag("--audit-log-path", "File of the audit log; nothing for none.")]
    public string AuditLogPath { get; init; } = "";

    [Flag("--audit-log-maxsize", "Megabytes of the audit log's file before another is begun; 0 for no limit.", Least = 0)]
    public int AuditLogMaxSize { get; init; } = 100; // kube-apiserver default

    [Flag("--audit-log-maxbackup", "Former files of the audit log that are kept; 0 keeps all.", Least = 0)]
    public int AuditLogMaxBackup { get; init; } = 100; // kube-apiserver default

    [Flag("--feature-gates", "Features to switch on or off: A=true,B=false. Each gate's stage and default are upstream's.")]
    public ImmutableArray<string> FeatureGates { get; init; } = [];

    /// <summary>The gates, read.</summary>
    /// <exception cref="FeatureGateException">They cannot be.</exception>
    public FeatureGates ReadFeatureGates() => Machinery.Features.FeatureGates.Parse(string.Join(',', FeatureGates));

    /// <summary>The ports of NodePort Services, both included; null where they cannot be read.</summary>
    public (int First, int Last)? ReadPortRange()
    {
        var parts = ServiceNodePortRange.Split('-');
        return parts.Length == 2 && TryPort(parts[0], out var first) && TryPort(parts[1], out var last) && last >= first ? (first, last) : null;
    }

    partial void Check(OptionErrors errors)
    {
        errors.Address("--bind-address", BindAddress.Length == 0 ? "-" : BindAddress);
        errors.Address("--advertise-address", AdvertiseAddress);
        errors.Network("--service-cluster-ip-range", ServiceClusterIPRange);
        if (IPNetwork.TryParse(ServiceClusterIPRange, out var services) && services.BaseAddress.GetAddressBytes().Length * 8 - services.PrefixLength > 20)
            errors.Add("specified --service-cluster-ip-range is too large; for 32-bit addresses, the mask must be >= 12"); // kube-apiserver: maxCIDRBits
        if (ReadPortRange() is null)
            errors.Invalid("--service-node-port-range", ServiceNodePortRange, "not of the form 30000-32767");
        if (EndpointReconciler is not ("lease" or "none"))
            errors.Invalid("--endpoint-reconciler-type", EndpointReconciler, "must be one of lease, none");
        CheckModes(errors);
        CheckFeatureGates(errors);
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535;

    private void CheckModes(OptionErrors errors)
    {
        if (AuthorizationModes.IsEmpty)
            errors.Add("at least one authorization-mode must be passed");
        foreach (var mode in AuthorizationModes.Except(Modes))
            errors.Add($"authorization-mode \"{mode}\" is not a valid mode");
        foreach (var mode in AuthorizationModes.GroupBy(mode => mode).Where(same => same.Count() > 1))
            errors.Add($"authorization-mode [{string.Join(' ', AuthorizationModes)}] has mode specified more than once");
    }

    private void CheckFeatureGates(OptionErrors errors)
    {
        try
        {
            ReadFeatureGates();
        }
        catch (FeatureGateException wrong)
        {
            errors.Invalid("--feature-gates", string.Join(',', FeatureGates), wrong.Message);
        }
    }
}
