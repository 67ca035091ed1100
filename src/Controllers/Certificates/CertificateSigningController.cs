using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Certificates;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.Certificates;

/// <summary>Signs approved requests for certificates: the four signers of the control plane, with the cluster's authority.</summary>
internal sealed partial class CertificateSigningController(IApiClient api, TimeProvider clock, ControllerSettings settings, ILogger<CertificateSigningController> log)
    : Controller<CertificateSigningRequest>
{
    protected override void Declare(ControllerDeclaration<CertificateSigningRequest> controller) => controller
        .Named("certificatesigningrequest-signing-controller", alias: "csrsigning")
        .As("certificate-controller")
        .For(static request => request is { IsApproved: true, IsFailed: false, IsIssued: false } && IsOurs(request.Spec.SignerName))
        .Writes<CertificateSigningRequest>("status", Verb.Update)
        .Workers(5); // kube-controller-manager: csrsigning runs each signer with 5

    protected override async Task<Requeue> ReconcileAsync(CertificateSigningRequest request, CancellationToken cancel)
    {
        if (settings.SignCertificate is not { } sign)
            return Requeue.Never;
        var asked = RequestText.Read(request);
        if (Issuance.Complaint(request, asked) is { } complaint)
        {
            await api.UpdateStatusAsync(Failed(request, complaint), cancel);
            return Requeue.Never;
        }

        var (start, end) = Issuance.Validity(request.Spec.ExpirationSeconds, settings.ClusterSigningDuration, clock.GetUtcNow());
        using var certificate = sign(Issuance.Template(asked, request.Spec.Usages), start, end);
        var pem = ByteString.FromText(certificate.ExportCertificatePem() + "\n");
        await api.UpdateStatusAsync(request with { Status = request.Status with { Certificate = pem } }, cancel);
        Signed(log, request.Key, request.Spec.SignerName, asked.Subject.CommonName);
        return Requeue.Never;
    }

    private static bool IsOurs(string signer) =>
        signer is SignerNames.ApiServerClient or SignerNames.KubeletClient or SignerNames.KubeletServing or SignerNames.LegacyUnknown;

    private CertificateSigningRequest Failed(CertificateSigningRequest request, string why) => request with
    {
        Status = request.Status with
        {
            Conditions = request.Status.Conditions.Add(new CertificateSigningRequestCondition
            {
                Type = "Failed",
                Status = "True",
                Reason = "SignerValidationFailure",
                Message = why,
                LastUpdateTime = Timestamp.From(clock.GetUtcNow()),
            }),
        },
    };

    [LoggerMessage(LogLevel.Information, "Signed {Request} of {Signer} for {Subject}")]
    private static partial void Signed(ILogger log, ObjectKey request, string signer, string subject);
}
