using ControlPlane.Types.Certificates;

namespace ControlPlane.Resources.Certificates;

/// <summary>How far a request for a certificate has come.</summary>
public static class CertificateStates
{
    extension(CertificateSigningRequest request)
    {
        /// <summary>Has it been approved, and not denied?</summary>
        public bool IsApproved => request.Find("Approved") is not null && !request.IsDenied;

        /// <summary>Has it been denied?</summary>
        public bool IsDenied => request.Find("Denied") is not null;

        /// <summary>Did its signer give up?</summary>
        public bool IsFailed => request.Find("Failed") is { Status: "True" };

        /// <summary>Has it its certificate?</summary>
        public bool IsIssued => !request.Status.Certificate.IsEmpty;

        /// <summary>The condition of that type, or null.</summary>
        public CertificateSigningRequestCondition? Find(string type) => request.Status.Conditions.FirstOrDefault(condition => condition.Type == type);
    }
}
