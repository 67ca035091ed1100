namespace ControlPlane.TestKit;

/// <summary>
/// Three members of etcd, each in a network namespace of its own and joined to each other by links of their own, with TLS for clients and peers. Needs root.
/// </summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly List<EtcdMember> _members = [];

    private EtcdCluster() => (CertificateFile, KeyFile) = _authority.Issue("client");

    /// <summary>The members.</summary>
    public IReadOnlyList<EtcdMember> Members => _members;

    /// <summary>PEM file of the authority that its certificates are trusted by.</summary>
    public string CaFile => _authority.CaFile;

    /// <summary>PEM file of a client's certificate.</summary>
    public string CertificateFile { get; }

    /// <summary>PEM file of its key.</summary>
    public string KeyFile { get; }

    /// <summary>Starts one and waits until all members are healthy.</summary>
    public static async Task<EtcdCluster> StartAsync()
    {
        var cluster = new EtcdCluster();
        try
        {
            await cluster.LaunchAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The member that leads; waits until there is one.</summary>
    public Task<EtcdMember> LeaderAsync() => Eventually.SomeAsync(async () =>
    {
        foreach (var member in _members)
        {
            if (await member.Process.IsLeaderAsync())
                return member;
        }

        return null;
    });

    /// <summary>Waits until all members are healthy.</summary>
    public Task HealthyAsync() => Task.WhenAll(_members.Select(member => member.Process.AnswersAsync()));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // All at once: none stays behind where another makes trouble.
        await Task.WhenAll(_members.Select(member => member.DisposeAsync().AsTask()));
        _authority.Dispose();
    }

    private async Task LaunchAsync()
    {
        foreach (var name in new[] { "a", "b", "c" })
            _members.Add(await EtcdMember.CreateAsync(name));
        // In a ring, which is everyone with everyone.
        for (var index = 0; index < _members.Count; index++)
            await _members[index].Network.LinkToAsync(_members[(index + 1) % _members.Count].Network);
        foreach (var member in _members)
            member.Launch(_members, _authority);
        await HealthyAsync();
    }
}
