using System.Security.Cryptography.X509Certificates;
using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Node.Joining;
using ControlPlane.Resources.Core.BootstrapTokens;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>As whom an agent speaks to its server: by a kubeconfig or a token that it was given, or as the node that it has become by a bootstrap token.</summary>
/// <param name="Transport">Where the server is, whom to trust, and who speaks.</param>
/// <param name="Joined">What joining has brought, which must be renewed; null where the agent was given what it has.</param>
internal sealed record ClusterMembership(HttpsTransportOptions Transport, NodeCredentials? Joined)
{
    /// <summary>Finds it out, and joins where this machine has not joined yet.</summary>
    /// <exception cref="FormatException">The flags don't go together.</exception>
    /// <exception cref="JoinException">The server refuses.</exception>
    public static async Task<ClusterMembership> OfAsync(
        DataOptions data, JoinOptions join, string nodeName, TimeProvider time, ILoggerFactory logs, CancellationToken cancel)
    {
        if (join.Kubeconfig.Length > 0)
            return new(Kubeconfig.Load(join.Kubeconfig, "", time), null);
        if (IsUsersToken(join.Token))
            return new(WithToken(join), null);
        var credentials = new NodeCredentials(data.DataDir);
        if (!HasJoined(credentials, nodeName, join, time))
            await new NodeJoin(nodeName, credentials, time, new Random(), logs.CreateLogger<NodeJoin>()).RunAsync(Offer(join), cancel);
        return new(Kubeconfig.Load(credentials.KubeconfigPath, "", time), credentials);
    }

    /// <summary>Keeps the certificate fresh, where there is one of ours; runs until cancelled.</summary>
    public async Task RenewAsync(string nodeName, HttpsTransport transport, TimeProvider time, ILoggerFactory logs, CancellationToken stop)
    {
        if (Joined is null)
            await Forever.UntilAsync(stop);
        else
            await new CertificateRotation(nodeName, Joined, new ApiClient(transport), transport.Reconnect, time, new Random(), logs.CreateLogger<CertificateRotation>()).RunAsync(stop);
    }

    // A token that the API server has signed itself: it is somebody already, and nothing is to be asked for.
    private static bool IsUsersToken(string token) => token.Split('.') is [{ Length: > 0 }, { Length: > 0 }, { Length: > 0 }];

    private static HttpsTransportOptions WithToken(JoinOptions join)
    {
        if (join.CaFile.Length == 0)
            throw new FormatException("a token of the node's user needs --ca-file: only a bootstrap token can prove the server's CA");
        return new HttpsTransportOptions
        {
            Server = ServerOf(join),
            Authorities = [X509CertificateLoader.LoadCertificateFromFile(join.CaFile)],
            BearerToken = _ => ValueTask.FromResult(join.Token),
        };
    }

    private static bool HasJoined(NodeCredentials credentials, string nodeName, JoinOptions join, TimeProvider time)
    {
        if (!credentials.Exist)
            return false;
        using var certificate = credentials.Load();
        var owner = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (owner != $"system:node:{nodeName}")
            throw new FormatException($"{credentials.CertificatePath} is the certificate of {owner}, not of node {nodeName}: give that name with --hostname-override, or another --data-dir");
        if (certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime)
        {
            if (join.Server.Length > 0)
                Move(credentials, ServerOf(join), time);
            return true;
        }

        return join.Token.Length == 0
            ? throw new FormatException($"the certificate of node {nodeName} ended at {certificate.NotAfter.ToUniversalTime():u}: join again with --server and --token")
            : false;
    }

    // The same cluster under another address.
    private static void Move(NodeCredentials credentials, Uri server, TimeProvider time)
    {
        var known = Kubeconfig.Load(credentials.KubeconfigPath, "", time);
        if (known.Server != server)
            credentials.WriteKubeconfig(server, string.Join('\n', known.Authorities.Select(authority => authority.ExportCertificatePem())) + "\n");
    }

    private static JoinOffer Offer(JoinOptions join)
    {
        if (join.Server.Length == 0 || join.Token.Length == 0)
            throw new FormatException("this machine has not joined a cluster yet: an agent needs --server and --token, or --kubeconfig");
        if (!BootstrapToken.TryParse(join.Token, out var token))
            throw new FormatException("the token is not of the form abcdef.0123456789abcdef (lower-case letters and digits): \"controlplane token create\" on the server makes one");
        if (join.CaCertHashes.Select(JoinOffer.HashComplaint).FirstOrDefault(complaint => complaint is not null) is { } complaint)
            throw new FormatException($"--ca-cert-hash: {complaint}");
        return new JoinOffer
        {
            Server = ServerOf(join),
            Token = token.Value,
            AuthorityPem = join.CaFile.Length > 0 ? File.ReadAllText(join.CaFile) : null,
            AuthorityHashes = join.CaCertHashes,
        };
    }

    private static Uri ServerOf(JoinOptions join) =>
        Uri.TryCreate(join.Server, UriKind.Absolute, out var server) && server.Scheme == Uri.UriSchemeHttps
            ? server
            : throw new FormatException($"--server \"{join.Server}\" is not a URL of the form https://host:6443");
}
