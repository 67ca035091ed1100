using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Certificates;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.Certificates;

/// <summary>Deletes requests for certificates that nobody needs any more: joining and renewing nodes make ever more of them.</summary>
internal sealed partial class CertificateCleanerController(IApiClient api, TimeProvider clock, ILogger<CertificateCleanerController> log) : Controller<CertificateSigningRequest>
{
    protected override void Declare(ControllerDeclaration<CertificateSigningRequest> controller) => controller
        .Named("certificatesigningrequest-cleaner-controller", alias: "csrcleaner")
        .As("certificate-controller")
        .For()
        .Writes<CertificateSigningRequest>(Verb.Delete);

    protected override async Task<Requeue> ReconcileAsync(CertificateSigningRequest request, CancellationToken cancel)
    {
        if (CertificateCleanup.Due(request) is not { } due)
            return Requeue.Never;
        if (due > clock.GetUtcNow())
            return Requeue.At(due);
        if (await api.TryDeleteAsync(request, Deletion.Default, cancel))
            Deleted(log, request.Key);
        return Requeue.Never;
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Request}: it is done with, or was never answered")]
    private static partial void Deleted(ILogger log, ObjectKey request);
}
