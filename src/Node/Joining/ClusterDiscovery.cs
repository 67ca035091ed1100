using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Trees;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Joining;

/// <summary>
/// Learns the authority of a cluster of which only the address and a token are known: reads cluster-info from a server that it cannot trust yet, and believes it
/// if it is signed with the token, and if the authority's key is one of those that were told beforehand, where any were (kubeadm: discovery/token).
/// </summary>
/// <remarks>The token itself is not sent to a server that has not proved anything.</remarks>
internal sealed partial class ClusterDiscovery(JoinOffer offer, TimeProvider clock, Random random, ILogger log)
{
    // The signer needs a moment for a new token, and so does a server that has just been started.
    private const int PatientAttempts = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private static readonly ObjectKey Map = new(ClusterInfo.Namespace, ClusterInfo.Name);

    /// <summary>The authority's certificates, PEM. Waits for a server that cannot be reached.</summary>
    /// <exception cref="JoinException">The server does not know the token, or is not the one that was meant.</exception>
    public async Task<string> FindAuthorityAsync(CancellationToken cancel)
    {
        using var transport = new HttpsTransport(new HttpsTransportOptions { Server = offer.Server, SkipVerification = true, UserAgent = "kubelet" }, clock);
        var api = new ApiClient(transport);
        var backOff = new BackOff(FirstPause, LongestPause, clock, random);
        for (var attempt = 1; ;)
        {
            var (map, isPatient) = await TryReadAsync(api, cancel);
            if (map is not null && Verify(map) is { } authority)
                return authority;
            if (isPatient && attempt == PatientAttempts)
                throw map is null ? NoClusterInfo() : UnknownToken();
            if (isPatient && attempt++ == 1)
            {
                NotYet(log, offer.Server, offer.Token.Id);
                backOff.Reset();
            }

            await backOff.WaitAsync(cancel);
        }
    }

    /// <summary>The authority that the map tells of; null where the map is not signed with the token (yet).</summary>
    /// <exception cref="JoinException">The signature is not the token's, or the authority is not one of those wanted.</exception>
    internal string? Verify(ConfigMap map)
    {
        if (map.Data.Find(ClusterInfo.ContentKey) is not { } content || map.Data.Find(ClusterInfo.SignaturePrefix + offer.Token.Id) is not { } signature)
            return null;
        if (!ClusterInfo.IsSignature(signature, content, offer.Token))
            throw new JoinException($"{offer.Server} cannot prove that it knows token {offer.Token.Id}: the part of the token after the dot is wrong, or this is not the server that was meant");
        var authority = AuthorityOf(content);
        CheckHash(authority, offer);
        return authority;
    }

    /// <summary>Is the key of one of the certificates one of those wanted?</summary>
    /// <exception cref="JoinException">It is not.</exception>
    internal static void CheckHash(string authorityPem, JoinOffer offer)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(authorityPem);
        if (offer.AuthorityHashes.Count > 0 && !authorities.Any(one => offer.AuthorityHashes.Contains(JoinOffer.HashOf(one), StringComparer.OrdinalIgnoreCase)))
        {
            throw new JoinException(
                $"the authority of {offer.Server} does not match --ca-cert-hash: its key is {string.Join(" or ", authorities.Select(JoinOffer.HashOf))}; this is not the server that was meant, or the hash is of another one");
        }
    }

    private async Task<(ConfigMap? Map, bool IsPatient)> TryReadAsync(ApiClient api, CancellationToken cancel)
    {
        try
        {
            return (await api.GetAsync<ConfigMap>(Map, cancel), true);
        }
        catch (ApiException refused) when (refused.Code is (int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.Forbidden)
        {
            throw new JoinException($"{offer.Server} tells nobody who it is (anonymous requests are refused: {refused.Message}): give the cluster's authority with --ca-file", refused);
        }
        catch (ApiException notYet) when (notYet.Code == (int)HttpStatusCode.NotFound)
        {
            return (null, true);
        }
        catch (Exception failure) when (failure is ApiException or HttpRequestException or IOException)
        {
            Unreachable(log, offer.Server, Causes.Of(failure));
            return (null, false);
        }
    }

    private string AuthorityOf(string content)
    {
        try
        {
            var cluster = (YamlReader.Read(Encoding.UTF8.GetBytes(content)) as TreeObject)?.List("clusters") is [TreeObject first, ..] ? first.Object("cluster") : null;
            var pem = Encoding.ASCII.GetString(Convert.FromBase64String(cluster?.String("certificate-authority-data") ?? ""));
            if (PemEncoding.TryFind(pem, out _))
                return pem;
        }
        catch (Exception malformed) when (malformed is FormatException or TreeFormatException)
        {
            throw new JoinException($"cluster-info of {offer.Server} cannot be read: {malformed.Message}", malformed);
        }

        throw new JoinException($"cluster-info of {offer.Server} names no authority");
    }

    private JoinException UnknownToken() => new(
        $"{offer.Server} does not know token {offer.Token.Id}: it is wrong, has ended, or may not sign (\"controlplane token list\" on the server tells; \"controlplane token create\" makes a new one)");

    private JoinException NoClusterInfo() => new($"{offer.Server} has no cluster-info in kube-public: give the cluster's authority with --ca-file");

    [LoggerMessage(LogLevel.Warning, "{Server} does not know token {Token} yet, trying again")]
    private static partial void NotYet(ILogger log, Uri server, string token);

    [LoggerMessage(LogLevel.Warning, "{Server} cannot be reached, trying again: {Why}")]
    private static partial void Unreachable(ILogger log, Uri server, string why);
}
