using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ControlPlane.Client;
using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Certificates;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Joining;

/// <summary>Asks the cluster for a node's client certificate and waits until it is there (client-go: util/certificate/csr).</summary>
/// <param name="api">As whom it asks: with a bootstrap token, or as the node itself.</param>
/// <param name="nodeName">The node's name.</param>
/// <param name="clock">Time.</param>
/// <param name="random">Spreads what many nodes do.</param>
/// <param name="log">The log.</param>
internal sealed partial class CertificateClient(IApiClient api, string nodeName, TimeProvider clock, Random random, ILogger log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(5); // the approver needs a fraction of a second

    // k8s.io/kubernetes/pkg/kubelet/certificate: a key that is not RSA's does not encipher
    private static readonly string[] Usages = ["digital signature", "client auth"];

    /// <summary>The certificate for a key. Asking twice for the same key is asking once, so that a restart goes on where it was.</summary>
    /// <exception cref="JoinException">It was denied, or the signer refused it.</exception>
    /// <exception cref="ApiException">Whoever asks may not.</exception>
    /// <exception cref="HttpRequestException">The server cannot be reached.</exception>
    public async Task<X509Certificate2> ObtainAsync(ECDsa key, CancellationToken cancel)
    {
        var name = NameFor(key);
        await api.TryCreateAsync(RequestFor(name, key), cancel);
        var backOff = new BackOff(FirstPause, LongestPause, clock, random);
        var (asked, isToldOf) = (clock.GetTimestamp(), false);
        while (true)
        {
            var request = await api.GetAsync<CertificateSigningRequest>(new ObjectKey("", name), cancel);
            if (request.IsIssued)
                return Certificate(request, key);
            if (Refusal(request) is { } why)
                throw new JoinException($"the request {name} for the certificate of node {nodeName} was {why}");
            if (!isToldOf && clock.GetElapsedTime(asked) > LongWait)
            {
                Waits(log, nodeName, name);
                isToldOf = true;
            }

            await backOff.WaitAsync(cancel);
        }
    }

    private static string NameFor(ECDsa key) => "node-csr-" + Base64Url.EncodeToString(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    private CertificateSigningRequest RequestFor(string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName("system:nodes");
        subject.AddCommonName($"system:node:{nodeName}");
        var pem = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        return new CertificateSigningRequest
        {
            Metadata = new ObjectMeta { Name = name },
            Spec = new CertificateSigningRequestSpec { Request = ByteString.FromText(pem + "\n"), SignerName = SignerNames.KubeletClient, Usages = Usages.ToValueList() },
        };
    }

    private static string? Refusal(CertificateSigningRequest request)
    {
        if (request.Find("Denied") is { } denied)
            return $"denied: {Text(denied)}";
        return request is { IsFailed: true } ? $"refused by its signer: {Text(request.Find("Failed")!)}" : null;
    }

    private static string Text(CertificateSigningRequestCondition condition) => $"{condition.Reason} {condition.Message}".Trim();

    // A request from before a long sleep may have been answered with what is worthless by now.
    private X509Certificate2 Certificate(CertificateSigningRequest request, ECDsa key)
    {
        using var certificate = X509Certificate2.CreateFromPem(request.Status.Certificate.ToText());
        return certificate.NotAfter.ToUniversalTime() > clock.GetUtcNow().UtcDateTime
            ? certificate.CopyWithPrivateKey(key)
            : throw new JoinException($"the certificate that {request.Metadata.Name} was answered with has ended; the next try asks for another");
    }

    [LoggerMessage(LogLevel.Warning, "Node {Node} waits for its certificate: approve it with \"kubectl certificate approve {Request}\"")]
    private static partial void Waits(ILogger log, string node, string request);
}
