using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Resources.Certificates;

/// <summary>Asks a signer for a certificate; who asks is set by the server.</summary>
internal sealed class CertificateSigningRequests : ResourceDefinition<CertificateSigningRequest>
{
    protected override void Declare(Declaration<CertificateSigningRequest> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .WithStatus((value, other) => value with { Status = other.Status }, CertificateSigningRequestChecks.CheckStatusUpdate)
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
        "status" => value with
        {
            Spec = old.Spec,
            Status = value.Status with { Conditions = WithTimes(Preserved(Preserved(value.Status.Conditions, old, "Approved"), old, "Denied"), old.Status.Conditions, context) },
        },
        _ => value with { Spec = old.Spec },
    };

    protected override void Validate(CertificateSigningRequest value, FieldErrors errors) => CertificateSigningRequestChecks.Check(value, old: null, errors);

    protected override void ValidateUpdate(CertificateSigningRequest value, CertificateSigningRequest old, FieldErrors errors)
    {
        // Neither what was asked for nor the status changes.
    }

    public override void ValidateUpdate(IApiObject value, IApiObject old, WriteContext context, FieldErrors errors)
    {
        if (context.Subresource == "approval")
            CertificateSigningRequestChecks.CheckApprovalUpdate((CertificateSigningRequest)value, (CertificateSigningRequest)old, errors);
    }

    // Who writes the status need not know when and why it was approved: where there are as many such conditions as before, they stay as they were.
    private static ValueList<CertificateSigningRequestCondition> Preserved(
        ValueList<CertificateSigningRequestCondition> conditions, CertificateSigningRequest old, string type)
    {
        var before = old.Status.Conditions.Where(condition => condition.Type == type).ToArray();
        if (before.Length != conditions.Count(condition => condition.Type == type))
            return conditions;
        var next = 0;
        return conditions.Select(condition => condition.Type == type ? before[next++] : condition).ToValueList();
    }

    private static ValueList<CertificateSigningRequestCondition> WithTimes(
        ValueList<CertificateSigningRequestCondition> conditions, ValueList<CertificateSigningRequestCondition> old, WriteContext context)
    {
        var now = Timestamp.From(context.Now);
        return conditions.Select(condition =>
        {
            var known = old.FirstOrDefault(other => other.Type == condition.Type);
            if (condition.LastUpdateTime.IsZero)
                condition = condition with { LastUpdateTime = now };
            return condition.LastTransitionTime.IsZero
                ? condition with { LastTransitionTime = known is not null && known.Status == condition.Status && !known.LastTransitionTime.IsZero ? known.LastTransitionTime : now }
                : condition;
        }).ToValueList();
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
