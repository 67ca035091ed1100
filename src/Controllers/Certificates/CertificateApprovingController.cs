using ControlPlane.Client;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Authorization;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Controllers.Certificates;

/// <summary>Approves what node agents ask for to be clients of the API server: at once for those who may (a joining machine, or a node for itself).</summary>
internal sealed class CertificateApprovingController(IApiClient api, TimeProvider clock) : Controller<CertificateSigningRequest>
{
    // client-go: DefaultControllerRateLimiter's bounds, for those that nobody may have approved yet
    private static readonly TimeSpan Soonest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Latest = TimeSpan.FromSeconds(1000);

    protected override void Declare(ControllerDeclaration<CertificateSigningRequest> controller) => controller
        .Named("certificatesigningrequest-approving-controller", alias: "csrapproving")
        .As("certificate-controller")
        .For(static request => request is { IsIssued: false, IsDenied: false } && request.Find("Approved") is null && request.Spec.SignerName == SignerNames.KubeletClient)
        .Writes<SubjectAccessReview>(Verb.Create)
        .Writes<CertificateSigningRequest>("approval", Verb.Update)
        .Workers(5); // kube-controller-manager: csrapproving

    protected override async Task<Requeue> ReconcileAsync(CertificateSigningRequest request, CancellationToken cancel)
    {
        var asked = RequestText.Read(request);
        if (SignerRules.ClientComplaint(asked, request.Spec.Usages) is not null)
            return Requeue.Never;
        if (request.Spec.Username == asked.Subject.CommonName && await MayAsync(request, "selfnodeclient", cancel))
            await ApproveAsync(request, "Auto approving self kubelet client certificate after SubjectAccessReview.", cancel);
        else if (await MayAsync(request, "nodeclient", cancel))
            await ApproveAsync(request, "Auto approving kubelet client certificate after SubjectAccessReview.", cancel);
        else
            return Requeue.After(Pause(request));
        return Requeue.Never;
    }

    // Rights may come later. As long again as it has waited: the pauses double, as upstream's do.
    private TimeSpan Pause(CertificateSigningRequest request)
    {
        var age = clock.GetUtcNow() - request.Metadata.CreationTimestamp.ToDateTimeOffset();
        return age < Soonest ? Soonest : age > Latest ? Latest : age;
    }

    private async Task<bool> MayAsync(CertificateSigningRequest request, string kind, CancellationToken cancel)
    {
        var review = new SubjectAccessReview
        {
            Spec = new SubjectAccessReviewSpec
            {
                User = request.Spec.Username,
                Uid = request.Spec.Uid,
                Groups = request.Spec.Groups,
                Extra = request.Spec.Extra,
                ResourceAttributes = new ResourceAttributes { Group = "certificates.k8s.io", Resource = "certificatesigningrequests", Subresource = kind, Verb = "create" },
            },
        };
        return (await api.CreateAsync(review, cancel)).Status.Allowed;
    }

    private Task ApproveAsync(CertificateSigningRequest request, string message, CancellationToken cancel)
    {
        var condition = new CertificateSigningRequestCondition { Type = "Approved", Status = "True", Reason = "AutoApproved", Message = message };
        var approved = request with { Status = request.Status with { Conditions = request.Status.Conditions.Add(condition) } };
        return api.UpdateSubresourceAsync<CertificateSigningRequest, CertificateSigningRequest>(request.Key, "approval", approved, cancel);
    }
}
