using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Controllers.Certificates;

/// <summary>How long requests for certificates stay (pkg/controller/certificates/cleaner).</summary>
internal static class CertificateCleanup
{
    private static readonly TimeSpan Answered = TimeSpan.FromHours(1);
    private static readonly TimeSpan Pending = TimeSpan.FromHours(24);

    /// <summary>When the request may be deleted; null for never.</summary>
    public static DateTimeOffset? Due(CertificateSigningRequest request)
    {
        DateTimeOffset?[] ends =
        [
            request.Status.Conditions.IsEmpty ? After(request.Metadata.CreationTimestamp, Pending) : null,
            After(request, "Denied", Answered),
            After(request, "Failed", Answered),
            After(request, "Approved", request.IsIssued ? Answered : Pending),
            request.IsIssued && request.Find("Approved") is not null ? EndOf(request.Status.Certificate) : null,
        ];
        return ends.Min();
    }

    private static DateTimeOffset? After(CertificateSigningRequest request, string type, TimeSpan time) =>
        request.Find(type) is { } condition ? After(condition.LastUpdateTime, time) : null;

    private static DateTimeOffset? After(Timestamp since, TimeSpan time) => since.IsZero ? null : since.ToDateTimeOffset() + time;

    // A certificate that cannot be read has no end that is known; the others still count.
    private static DateTimeOffset? EndOf(ByteString pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(pem.ToText());
            return new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
