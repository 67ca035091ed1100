using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Certificates;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Lets nobody ask for a certificate of the group that may do everything (plugin/pkg/admission/certificates/subjectrestriction).</summary>
internal sealed class CertificateSubjectRestriction : IValidatingAdmission
{
    private const string Masters = "system:masters";

    /// <inheritdoc/>
    public string Name => "CertificateSubjectRestriction";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) =>
        request is { Operation: AdmissionOperation.Create, Subresource: "", Object: CertificateSigningRequest { Spec.SignerName: SignerNames.ApiServerClient } };

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var asked = Parse((CertificateSigningRequest)request.Object!, why => ApiError.Forbidden(request.Definition.Resource, request.Name, $"failed to parse CSR: {why}"));
        return asked.Subject.Organizations.Contains(Masters)
            ? throw ApiError.Forbidden(request.Definition.Resource, request.Name, $"use of {SignerNames.ApiServerClient} signer with {Masters} group is not allowed")
            : ValueTask.CompletedTask;
    }

    /// <summary>What is asked for.</summary>
    /// <param name="request">The object.</param>
    /// <param name="refusal">The answer where it cannot be read.</param>
    internal static SigningRequest Parse(CertificateSigningRequest request, Func<string, ApiException> refusal)
    {
        try
        {
            return SigningRequest.Parse(request.Spec.Request.Span);
        }
        catch (FormatException malformed)
        {
            throw refusal(malformed.Message);
        }
    }
}
