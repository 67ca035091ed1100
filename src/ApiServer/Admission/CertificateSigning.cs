using ControlPlane.ApiServer.Authorization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Certificates;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Lets only those set a request's certificate or conditions who may sign for its signer (plugin/pkg/admission/certificates/signing).</summary>
internal sealed class CertificateSigning(IAuthorizer authorizer) : IValidatingAdmission
{
    /// <inheritdoc/>
    public string Name => "CertificateSigning";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) =>
        request is { Operation: AdmissionOperation.Update, Subresource: "status", Object: CertificateSigningRequest now, Old: CertificateSigningRequest old }
        && (now.Status.Certificate != old.Status.Certificate || now.Status.Conditions != old.Status.Conditions);

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var signer = ((CertificateSigningRequest)request.Old!).Spec.SignerName;
        if (!await SignerPermission.IsGivenAsync(authorizer, request.User, "sign", signer, cancel))
            throw ApiError.Forbidden(request.Definition.Resource, request.Name, $"user not permitted to sign requests with signerName {FieldErrors.Quote(signer)}");
    }
}
