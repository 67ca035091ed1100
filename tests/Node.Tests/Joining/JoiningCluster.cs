using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Joining;
using ControlPlane.Resources.Certificates;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.ServerKit;
using ControlPlane.Types.Certificates;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Tests.Joining;

/// <summary>A server that machines may join, and in the controllers' place the test itself: it signs cluster-info, and answers requests for certificates.</summary>
internal sealed class JoiningCluster : IAsyncDisposable
{
    private static readonly ObjectKey Map = new(ClusterInfo.Namespace, ClusterInfo.Name);

    private JoiningCluster(ApiServerFixture server)
    {
        Server = server;
        Api = new ApiClient(server.AsAdmin());
    }

    public ApiServerFixture Server { get; }

    public IApiClient Api { get; }

    public static async Task<JoiningCluster> StartAsync() => new(await ApiServerFixture.StartAsync());

    /// <summary>A token that may join.</summary>
    public async Task<BootstrapToken> TokenAsync(params string[] usages)
    {
        var token = BootstrapToken.Create();
        await Api.CreateAsync(BootstrapTokenSecret.Of(token, null, usages.Length > 0 ? usages : ["authentication"], [BootstrapTokenSecret.DefaultGroup], ""), CancellationToken.None);
        return token;
    }

    /// <summary>Signs cluster-info with a token.</summary>
    public async Task SignAsync(BootstrapToken token)
    {
        var map = await Api.GetAsync<ConfigMap>(Map, CancellationToken.None);
        var signature = ClusterInfo.Sign(map.Data[ClusterInfo.ContentKey], token);
        await Api.PatchAsync<ConfigMap>(Map, Patch.Merge($$$"""{"data":{"{{{ClusterInfo.SignaturePrefix}}}{{{token.Id}}}":"{{{signature}}}"}}"""), CancellationToken.None);
    }

    /// <summary>What a machine is told.</summary>
    public JoinOffer Offer(BootstrapToken token) => new() { Server = Server.Address, Token = token };

    /// <summary>Waits for a request in that node's name and issues its certificate.</summary>
    public async Task IssueAsync(string node, TimeProvider clock, TimeSpan lifetime)
    {
        var request = await PendingAsync(node);
        var asked = SigningRequest.Parse(request.Spec.Request.Span);
        var template = new System.Security.Cryptography.X509Certificates.CertificateRequest(asked.SubjectName, asked.PublicKey, System.Security.Cryptography.HashAlgorithmName.SHA256);
        using var certificate = Server.Pki.Authority.Sign(template, clock.GetUtcNow(), clock.GetUtcNow() + lifetime);
        await Api.UpdateStatusAsync(request with { Status = request.Status with { Certificate = ByteString.FromText(certificate.ExportCertificatePem()) } }, CancellationToken.None);
    }

    /// <summary>Waits for a request in that node's name and denies it.</summary>
    public async Task DenyAsync(string node)
    {
        var request = await PendingAsync(node);
        var denied = request with { Status = request.Status with { Conditions = [new CertificateSigningRequestCondition { Type = "Denied", Status = "True", Reason = "Unknown", Message = "no such machine" }] } };
        await Api.UpdateSubresourceAsync<CertificateSigningRequest, CertificateSigningRequest>(request.Key, "approval", denied, CancellationToken.None);
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private Task<CertificateSigningRequest> PendingAsync(string node) => TestKit.Eventually.SomeAsync(async () =>
        (await Api.ListAsync<CertificateSigningRequest>(ObjectQuery.All, CancellationToken.None)).Items
            .FirstOrDefault(request => request is { IsIssued: false, IsDenied: false } && SigningRequest.Parse(request.Spec.Request.Span).Subject.CommonName == $"system:node:{node}"));
}
