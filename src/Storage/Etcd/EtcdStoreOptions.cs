using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Storage.Etcd;

/// <summary>Where etcd is, how to be trusted by it, and how long to wait for it.</summary>
public sealed record EtcdStoreOptions
{
    /// <summary>The members' client URLs; one serves at a time, and the next takes its place when it fails.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; } // kube-apiserver: --etcd-servers

    /// <summary>PEM file of the authorities that etcd's certificates are trusted by; the machine's own when null.</summary>
    public string? CaFile { get; init; } // kube-apiserver: --etcd-cafile

    /// <summary>PEM file of the certificate to show; read anew for each connection, so that it can be renewed.</summary>
    public string? CertificateFile { get; init; } // kube-apiserver: --etcd-certfile

    /// <summary>PEM file of the key of <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; } // kube-apiserver: --etcd-keyfile

    /// <summary>The clock that waiting goes by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where failures and changes of members are told.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>How long one member may take for one call.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10); // etcd gives up on a proposal after 5 s and two election timeouts, 7 s

    /// <summary>How long to look for a member that answers: at the start, and when a watch loses its own.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20); // kube-apiserver: dial timeout of its etcd client
}
