using System.Collections.Immutable;

namespace ControlPlane;

/// <summary>Which store: etcd where servers are named, the embedded one otherwise.</summary>
internal sealed partial record StorageOptions
{
    [Flag("--etcd-servers", "etcd endpoints (https://host:2379), comma separated; none uses the embedded store below --data-dir.")]
    public ImmutableArray<string> EtcdServers { get; init; } = [];

    [Flag("--etcd-cafile", "CA certificate that etcd's certificates are checked against.")]
    public string EtcdCaFile { get; init; } = "";

    [Flag("--etcd-certfile", "Client certificate for etcd.")]
    public string EtcdCertFile { get; init; } = "";

    [Flag("--etcd-keyfile", "Key of the client certificate for etcd.")]
    public string EtcdKeyFile { get; init; } = "";
}
