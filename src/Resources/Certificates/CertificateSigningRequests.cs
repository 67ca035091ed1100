using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Resources.Certificates;

/// <summary>Asks a signer for a certificate; who asks is set by the server.</summary>
internal sealed class CertificateSigningRequests : ResourceDefinition<CertificateSigningRequest>
{
    private const int MinSeconds = 600; // upstream: pkg/apis/certificates/validation
    private const int MaxSignerLength = 571; // upstream: maxLengthSignerName

    private static readonly string[] Usages =
    [
        "any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature",
        "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc",
        "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping",
    ];

    protected override void Declare(Declaration<CertificateSigningRequest> resource) => resource
        .WithStatus((value, other) => value with { Status = other.Status }, CheckStatusUpdate)
        .ResetFields("status")
        .StatusResetFields("spec", "status.conditions")
        // Upstream never looks at the names of requests.
        .Names(Names.PathSegment)
        .NameColumn()
        .AgeColumn()
        .Column("SignerName", value => CellTexts.OrNone(value.Spec.SignerName))
        .Column("Requestor", value => value.Spec.Username)
        .Column("RequestedDuration", Duration)
        .Column("Condition", Condition)
        .Selectable("spec.signerName", value => value.Spec.SignerName);

    protected override CertificateSigningRequest PrepareForCreate(CertificateSigningRequest value, WriteContext context) => value with
    {
        Spec = value.Spec with
        {
            Username = context.UserName,
            Uid = context.UserUid,
            Groups = context.Groups.ToValueList(),
            Extra = context.Extra.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToValueList())).ToValueMap(),
        },
    };

    // What was asked for stays as it was; a status update writes the certificate, an approval the conditions.
    protected override CertificateSigningRequest PrepareForUpdate(CertificateSigningRequest value, CertificateSigningRequest old, WriteContext context) => context.Subresource switch
    {
        "approval" => old with { Metadata = value.Metadata, Status = old.Status with { Conditions = WithTimes(value.Status.Conditions, old.Status.Conditions, context) } },
        "status" => value with { Spec = old.Spec, Status = value.Status with { Conditions = WithTimes(value.Status.Conditions, old.Status.Conditions, context) } },
        _ => value with { Spec = old.Spec },
    };

    protected override void Validate(CertificateSigningRequest value, FieldErrors errors)
    {
        var (request, spec) = (value.Spec, errors.At("spec"));
        if (!request.Request.ToText().Contains("-----BEGIN CERTIFICATE REQUEST-----", StringComparison.Ordinal))
        {
            spec.At("request").InvalidPrinted(
                request.Request.IsNil ? "null" : FieldErrors.Quote(Convert.ToBase64String(request.Request.Span)), "PEM block type must be CERTIFICATE REQUEST");
        }

        if (request.Usages.IsEmpty)
            spec.At("usages").Required();
        CheckSigner(request.SignerName, spec.At("signerName"));
        if (request.ExpirationSeconds is { } seconds and < MinSeconds)
            spec.At("expirationSeconds").Invalid(seconds, "may not specify a duration less than 600 seconds (10 minutes)");
        for (var i = 0; i < request.Usages.Count; i++)
        {
            spec.At("usages", i).OneOf(request.Usages[i], Usages);
            if (request.Usages.FindIndex(usage => usage == request.Usages[i]) < i)
                spec.At("usages", i).Duplicate(request.Usages[i]);
        }
    }

    protected override void ValidateUpdate(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        // What could be wrong with it does not change.
    }

    private static void CheckStatusUpdate(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        if (!old.Status.Certificate.IsEmpty && value.Status.Certificate != old.Status.Certificate)
            errors.At("status").At("certificate").Forbidden("may not change once set");
        foreach (var type in new[] { "Approved", "Denied" })
        {
            if (Has(old, type) != Has(value, type))
                errors.At("status").At("conditions").Forbidden($"updates may not {(Has(old, type) ? "remove" : "add")} a condition of type {FieldErrors.Quote(type)}");
        }
    }

    private static ValueList<CertificateSigningRequestCondition> WithTimes(
        ValueList<CertificateSigningRequestCondition> conditions, ValueList<CertificateSigningRequestCondition> old, WriteContext context)
    {
        var now = Timestamp.From(context.Now);
        return conditions.Select(condition =>
        {
            var known = old.FirstOrDefault(other => other.Type == condition.Type);
            if (condition.Status.Length == 0)
                condition = condition with { Status = "True" };
            if (condition.LastUpdateTime.IsZero)
                condition = condition with { LastUpdateTime = now };
            return condition.LastTransitionTime.IsZero
                ? condition with { LastTransitionTime = known is not null && known.Status == condition.Status && !known.LastTransitionTime.IsZero ? known.LastTransitionTime : now }
                : condition;
        }).ToValueList();
    }

    private static void CheckSigner(string signer, FieldErrors at)
    {
        if (signer.Length == 0)
        {
            at.Required();
            return;
        }

        var parts = signer.Split('/');
        if (parts.Length != 2)
        {
            at.Invalid(signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }

        at.Complain(parts[0], Names.Subdomain(parts[0]));
        if (!parts[0].Contains('.', StringComparison.Ordinal))
            at.Invalid(parts[0], "should be a domain with at least two segments separated by dots");
        at.Complain(parts[1], Names.Subdomain(parts[1]));
        if (signer.Length > MaxSignerLength)
            at.TooLong(MaxSignerLength);
    }

    private static bool Has(CertificateSigningRequest value, string type) => value.Status.Conditions.Any(condition => condition.Type == type);

    private static TableCell Duration(CertificateSigningRequest value) => value.Spec.ExpirationSeconds is not { } seconds
        ? CellTexts.None
        : HumanTime.Of(TimeSpan.FromSeconds(seconds));

    private static TableCell Condition(CertificateSigningRequest value)
    {
        var state = Has(value, "Denied") ? "Denied" : Has(value, "Approved") ? "Approved" : "Pending";
        if (Has(value, "Failed"))
            state += ",Failed";
        return value.Status.Certificate.IsEmpty ? state : state + ",Issued";
    }
}
