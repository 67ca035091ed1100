using System.Net;

namespace ControlPlane.TestKit;

/// <summary>One member of an <see cref="EtcdCluster"/>: an etcd in a network namespace of its own, its data on a disk of its own.</summary>
public sealed class EtcdMember : IAsyncDisposable
{
    private readonly FreezableDisk _disk = new(megabytes: 256);
    private EtcdProcess? _etcd;

    private EtcdMember(NetworkNamespace network, string name) => (Network, Name) = (network, name);

    /// <summary>Its name in the cluster.</summary>
    public string Name { get; }

    /// <summary>Where clients find it.</summary>
    public Uri Endpoint => new(ClientUrl);

    /// <summary>The process.</summary>
    public EtcdProcess Process => _etcd ?? throw new InvalidOperationException("it was not launched");

    /// <summary>Its disk.</summary>
    public FreezableDisk Disk => _disk;

    internal NetworkNamespace Network { get; }

    // Without the slash at the end that a Uri's text has, and etcd's flags must not.
    private string ClientUrl => $"https://{Network.InsideAddress}:2379";

    private string PeerUrl => $"https://{Network.InsideAddress}:2380";

    private string MetricsUrl => $"http://{Network.InsideAddress}:2381";

    internal static async Task<EtcdMember> CreateAsync(string name)
    {
        var network = await NetworkNamespace.CreateAsync();
        try
        {
            return new EtcdMember(network, name);
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it as one of the members of a cluster.</summary>
    internal void Launch(IEnumerable<EtcdMember> members, TestAuthority authority)
    {
        var (certificate, key) = authority.Issue(Name, IPAddress.Parse(Network.InsideAddress));
        _etcd = new EtcdProcess(_disk, Endpoint, new Uri(MetricsUrl), Network.Enter,
        [
            $"--name={Name}", $"--data-dir={Path.Combine(_disk.Path, "data")}", "--logger=zap", "--log-level=error",
            "--heartbeat-interval=50", "--election-timeout=500", // half of etcd's own: each loss of a leader is waited for
            $"--listen-client-urls={ClientUrl}", $"--advertise-client-urls={ClientUrl}", $"--listen-metrics-urls={MetricsUrl}",
            $"--listen-peer-urls={PeerUrl}", $"--initial-advertise-peer-urls={PeerUrl}",
            $"--initial-cluster={string.Join(',', members.Select(member => $"{member.Name}={member.PeerUrl}"))}",
            $"--cert-file={certificate}", $"--key-file={key}", $"--trusted-ca-file={authority.CaFile}", "--client-cert-auth",
            $"--peer-cert-file={certificate}", $"--peer-key-file={key}", $"--peer-trusted-ca-file={authority.CaFile}", "--peer-client-cert-auth",
        ]);
    }

    /// <summary>Cuts it off from the other members, both ways, while its clients still reach it. Ends with <see cref="HealAsync"/>.</summary>
    public Task IsolateAsync() => DropAsync("\"wire*\""); // the links that NetworkNamespace.LinkToAsync makes

    /// <summary>Cuts it off from the members and from its clients.</summary>
    public Task CutOffAsync() => DropAsync("!= \"lo\"");

    /// <summary>Joins it to the others again.</summary>
    public Task HealAsync() => Network.RunAsync("nft", "delete table inet faults");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _disk.Thaw();
        // It holds the disk in use.
        if (_etcd is null)
            _disk.Dispose();
        else
            await _etcd.DisposeAsync();
        await Network.DisposeAsync();
    }

    // Packets vanish without a word: nobody is told that a connection is dead.
    private Task DropAsync(string links) => Network.RunAsync("nft", $$"""
        table inet faults {
          chain input { type filter hook input priority 0; iifname {{links}} drop; }
          chain output { type filter hook output priority 0; oifname {{links}} drop; }
        }
        """);
}
