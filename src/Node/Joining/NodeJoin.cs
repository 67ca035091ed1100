using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Joining;

/// <summary>
/// Makes a machine a member of a cluster, as kubeadm and kubelet do: it learns whom to trust, asks with the token for a certificate of its own, and keeps that.
/// Ended at any point, it goes on there the next time.
/// </summary>
public sealed partial class NodeJoin(string nodeName, NodeCredentials credentials, TimeProvider clock, Random random, ILogger log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    /// <summary>Joins; returns when the credentials are there. Waits for a server that cannot be reached.</summary>
    /// <exception cref="JoinException">The server refuses, or is not the one that was meant.</exception>
    public async Task RunAsync(JoinOffer offer, CancellationToken cancel)
    {
        var authority = offer.AuthorityPem ?? await new ClusterDiscovery(offer, clock, random, log).FindAuthorityAsync(cancel);
        ClusterDiscovery.CheckHash(authority, offer);
        using var transport = new HttpsTransport(OptionsFor(offer, authority), clock);
        var backOff = new BackOff(FirstPause, LongestPause, clock, random);
        while (!await TryAsync(new ApiClient(transport), offer, cancel))
            await backOff.WaitAsync(cancel);
        credentials.WriteKubeconfig(offer.Server, authority);
        Joined(log, nodeName, offer.Server);
    }

    private async Task<bool> TryAsync(ApiClient api, JoinOffer offer, CancellationToken cancel)
    {
        using var key = credentials.PendingKey();
        try
        {
            using var certificate = await new CertificateClient(api, nodeName, clock, random, log).ObtainAsync(key, cancel);
            credentials.Save(certificate, clock.GetUtcNow());
            return true;
        }
        catch (JoinException)
        {
            credentials.ForgetPendingKey();
            throw;
        }
        catch (ApiException refused) when (refused.Code == (int)HttpStatusCode.Unauthorized)
        {
            throw new JoinException(
                $"{offer.Server} does not accept token {offer.Token.Id}: it is wrong, has ended, or is not for authentication (\"controlplane token list\" on the server tells)", refused);
        }
        catch (ApiException refused) when (refused.Code is (int)HttpStatusCode.Forbidden or (int)HttpStatusCode.UnprocessableEntity)
        {
            throw new JoinException($"{offer.Server} does not let token {offer.Token.Id} join a node: {refused.Message}", refused);
        }
        catch (Exception failure) when (failure is ApiException or HttpRequestException or IOException)
        {
            if (Causes.OfDistrust(failure) is { } distrust)
                throw new JoinException($"{offer.Server} is not to be trusted: {distrust} (is its name among those of its certificate? --tls-san on the server adds some)", failure);
            Unreachable(log, offer.Server, Causes.Of(failure));
            return false;
        }
    }

    private static HttpsTransportOptions OptionsFor(JoinOffer offer, string authorityPem)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(authorityPem);
        return new()
        {
            Server = offer.Server,
            Authorities = authorities,
            BearerToken = _ => ValueTask.FromResult(offer.Token.ToText()),
            UserAgent = "kubelet",
        };
    }

    [LoggerMessage(LogLevel.Information, "Node {Node} has joined {Server}")]
    private static partial void Joined(ILogger log, string node, Uri server);

    [LoggerMessage(LogLevel.Warning, "{Server} cannot be reached, trying again: {Why}")]
    private static partial void Unreachable(ILogger log, Uri server, string why);
}
