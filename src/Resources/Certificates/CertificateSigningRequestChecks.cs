using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Resources.Certificates;

/// <summary>What may stand in a request for a certificate, and how its approval and its status may change (pkg/apis/certificates/validation).</summary>
/// <remarks>What was stored before a rule came stays writable: a rule that the old object breaks is not asked of the new one.</remarks>
internal static class CertificateSigningRequestChecks
{
    private const int MinSeconds = 600;

    private static readonly string[] Usages =
    [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature",
        "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc",
        "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping",
    ];

    /// <summary>The whole object; <paramref name="old"/> is null on create.</summary>
    public static void Check(CertificateSigningRequest value, CertificateSigningRequest? old, FieldErrors errors)
    {
        CheckSpec(value.Spec, old?.Spec, errors.At("spec"));
        CheckConditions(value.Status.Conditions, old?.Status.Conditions ?? default, errors.At("status"));
        if (CertificateComplaint(value.Status.Certificate) is { } complaint && (old is null || (old.Status.Certificate != value.Status.Certificate && CertificateComplaint(old.Status.Certificate) is null)))
            errors.At("status").At("certificate").Invalid("<certificate data>", complaint);
    }

    /// <summary>A write to approval: it may add conditions and take none away.</summary>
    public static void CheckApprovalUpdate(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        Check(value, old, errors);
        CheckNoneIsGone(value, old, errors);
    }

    /// <summary>A write to status: it may set the certificate once, and leaves approval and denial alone.</summary>
    public static void CheckStatusUpdate(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        Check(value, old, errors);
        CheckNoneIsGone(value, old, errors);
        foreach (var type in new[] { "Approved", "Denied" })
        {
            if (Count(value, type) > Count(old, type))
                errors.At("status").At("conditions").Forbidden($"updates may not add a condition of type {FieldErrors.Quote(type)}");
        }

        if (!old.Status.Certificate.IsEmpty && value.Status.Certificate != old.Status.Certificate)
            errors.At("status").At("certificate").Forbidden("updates may not modify existing certificate content");
    }

    private static void CheckSpec(CertificateSigningRequestSpec spec, CertificateSigningRequestSpec? old, FieldErrors errors)
    {
        // What was asked for never changes; reading it again with every write would prove nothing new.
        if (spec != old && RequestComplaint(spec.Request) is { } complaint)
            errors.At("request").InvalidPrinted(spec.Request.IsNil ? "null" : FieldErrors.Quote(Convert.ToBase64String(spec.Request.Span)), complaint);
        if (spec.Usages.IsEmpty)
            errors.At("usages").Required();
        if (spec.SignerName == SignerNames.LegacyUnknown && old?.SignerName != SignerNames.LegacyUnknown)
            errors.At("signerName").Invalid(spec.SignerName, "the legacy signerName is not allowed via this API version");
        else
            SignerChecks.CheckName(spec.SignerName, errors.At("signerName"));
        if (spec.ExpirationSeconds is { } seconds and < MinSeconds)
            errors.At("expirationSeconds").Invalid(seconds, "may not specify a duration less than 600 seconds (10 minutes)");
        for (var i = 0; i < spec.Usages.Count && spec != old; i++)
        {
            errors.At("usages", i).OneOf(spec.Usages[i], Usages);
            if (spec.Usages.FindIndex(usage => usage == spec.Usages[i]) < i)
                errors.At("usages", i).Duplicate(spec.Usages[i]);
        }
    }

    private static string? RequestComplaint(ByteString pem)
    {
        try
        {
            SigningRequest.Parse(pem.Span);
            return null;
        }
        catch (FormatException malformed)
        {
            return malformed.Message;
        }
    }

    private static void CheckConditions(ValueList<CertificateSigningRequestCondition> conditions, ValueList<CertificateSigningRequestCondition> old, FieldErrors status)
    {
        var mayBeBoth = Has(old, "Approved") && Has(old, "Denied");
        var mayRepeat = old.Select(condition => condition.Type).Distinct().Count() < old.Count;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < conditions.Count; i++)
        {
            var (condition, at) = (conditions[i], status.At("conditions", i));
            if (condition.Type.Length == 0 && !Has(old, ""))
                at.At("type").Required();
            if (condition.Type is "Approved" or "Denied" or "Failed")
                at.At("status").RequiredOneOf(condition.Status, "True");
            else
                at.At("status").RequiredOneOf(condition.Status, "False", "True", "Unknown");
            if (!mayBeBoth && (condition.Type, seen.Contains("Approved"), seen.Contains("Denied")) is ("Approved", _, true) or ("Denied", true, _))
                at.At("type").Invalid(condition.Type, "Approved and Denied conditions are mutually exclusive");
            if (!seen.Add(condition.Type) && !mayRepeat)
                at.At("type").Duplicate(condition.Type);
        }
    }

    private static void CheckNoneIsGone(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        foreach (var type in new[] { "Approved", "Denied", "Failed" })
        {
            if (Count(value, type) < Count(old, type))
                errors.At("status").At("conditions").Forbidden($"updates may not remove a condition of type {FieldErrors.Quote(type)}");
        }
    }

    private static string? CertificateComplaint(ByteString pem)
    {
        if (pem.IsEmpty)
            return null;
        ReadOnlySpan<char> rest = pem.ToText();
        var blocks = 0;
        for (; PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            if (rest[found.Label] is not "CERTIFICATE")
                return $"only CERTIFICATE PEM blocks are allowed, found {FieldErrors.Quote(rest[found.Label].ToString())}";
            if (!IsCertificate(Convert.FromBase64String(rest[found.Base64Data].ToString())))
                return "x509: malformed certificate";
            blocks++;
        }

        return blocks == 0 ? "must contain at least one CERTIFICATE PEM block" : null;
    }

    private static bool IsCertificate(byte[] der)
    {
        try
        {
            X509CertificateLoader.LoadCertificate(der).Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool Has(ValueList<CertificateSigningRequestCondition> conditions, string type) => conditions.Any(condition => condition.Type == type);

    private static int Count(CertificateSigningRequest value, string type) => value.Status.Conditions.Count(condition => condition.Type == type);
}
