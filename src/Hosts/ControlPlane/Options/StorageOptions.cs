using System.Collections.Immutable;

namespace ControlPlane;

/// <summary>Which store: etcd where servers are named, the embedded one otherwise. Names and defaults are kube-apiserver's.</summary>
internal sealed partial record StorageOptions
{
    public const string Title = "Store";

    [Flag("--etcd-servers", "etcd endpoints (https://host:2379), comma separated; none uses the embedded store below --data-dir.")]
    public ImmutableArray<string> EtcdServers { get; init; } = [];

    [Flag("--etcd-cafile", "CA certificate that etcd's certificates are checked against.")]
    public string EtcdCaFile { get; init; } = "";

    [Flag("--etcd-certfile", "Client certificate for etcd.")]
    public string EtcdCertFile { get; init; } = "";

    [Flag("--etcd-keyfile", "Key of the client certificate for etcd.")]
    public string EtcdKeyFile { get; init; } = "";

    [Flag("--etcd-compaction-interval", "How often the store forgets its history, and how much of it is kept at least; 0s never forgets.", Least = 0)]
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromMinutes(5); // kube-apiserver default

    [Flag("--event-ttl", "How long Events are kept; 0s keeps them for ever.", Least = 0)]
    public TimeSpan EventTtl { get; init; } = TimeSpan.FromHours(1); // kube-apiserver default

    partial void Check(OptionErrors errors)
    {
        foreach (var server in EtcdServers.Where(server => !IsEndpoint(server)))
            errors.Add($"--etcd-servers: \"{server}\" is not of the form http://host:2379 or https://host:2379");
        errors.File("--etcd-cafile", EtcdCaFile);
        errors.File("--etcd-certfile", EtcdCertFile);
        errors.File("--etcd-keyfile", EtcdKeyFile);
        if (EtcdCertFile.Length > 0 != EtcdKeyFile.Length > 0)
            errors.Add("--etcd-certfile and --etcd-keyfile must be specified together");
    }

    private static bool IsEndpoint(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;
}
