using ControlPlane.ApiServer.Authorization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Certificates;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Lets only those approve or deny a request for a certificate who may do so for its signer (plugin/pkg/admission/certificates/approval).</summary>
internal sealed class CertificateApproval(IAuthorizer authorizer) : IValidatingAdmission
{
    /// <inheritdoc/>
    public string Name => "CertificateApproval";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) =>
        request is { Operation: AdmissionOperation.Update, Subresource: "approval", Object: CertificateSigningRequest };

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var signer = ((CertificateSigningRequest)request.Old!).Spec.SignerName;
        if (!await SignerPermission.IsGivenAsync(authorizer, request.User, "approve", signer, cancel))
            throw ApiError.Forbidden(request.Definition.Resource, request.Name, $"user not permitted to approve requests with signerName {FieldErrors.Quote(signer)}");
    }
}
