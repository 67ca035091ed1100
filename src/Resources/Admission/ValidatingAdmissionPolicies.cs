using System.Globalization;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Expressions;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Expressions that decide whether what is written may be.</summary>
internal sealed class ValidatingAdmissionPolicies : ResourceDefinition<ValidatingAdmissionPolicy>
{
    private const int MaxValueExpression = 5 * 1024; // upstream: maxAuditAnnotationValueExpressionLength

    protected override void Declare(Declaration<ValidatingAdmissionPolicy> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithStatus((value, other) => value with { Status = other.Status })
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("metadata", "spec")
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Validations", value => value.Spec.Validations.Count, type: "integer")
        .Column("ParamKind", value => AdmissionColumns.Of(value.Spec.ParamKind))
        .AgeColumn();

    protected override ValidatingAdmissionPolicy Default(ValidatingAdmissionPolicy value) => value with
    {
        Spec = value.Spec with
        {
            FailurePolicy = value.Spec.FailurePolicy ?? "Fail",
            MatchConstraints = AdmissionDefaults.WithDefaults(value.Spec.MatchConstraints),
        },
    };

    protected override void Validate(ValidatingAdmissionPolicy value, FieldErrors errors)
    {
        var (policy, spec) = (value.Spec, errors.At("spec"));
        if (policy.FailurePolicy is { } failure)
            spec.At("failurePolicy").OneOf(failure, "Fail", "Ignore");
        else
            spec.At("failurePolicy").Required();
        if (policy.ParamKind is { } kind)
            AdmissionPolicyChecks.CheckParamKind(kind, spec.At("paramKind"));
        CheckConstraints(policy.MatchConstraints, spec.At("matchConstraints"));
        AdmissionRuleChecks.CheckConditions(
            policy.MatchConditions, ExpressionCheck.OfAdmission(policy.ParamKind is not null, hasAuthorizer: true, hasVariables: false), spec.At("matchConditions"));
        var expressions = ExpressionCheck.OfAdmission(policy.ParamKind is not null, hasAuthorizer: true, !policy.Variables.IsEmpty);
        AdmissionPolicyChecks.CheckVariables(policy.Variables, expressions, spec.At("variables"));
        if (policy.Validations.IsEmpty && policy.AuditAnnotations.IsEmpty)
        {
            const string Neither = "validations or auditAnnotations must contain at least one item";
            spec.At("validations").Required(Neither);
            spec.At("auditAnnotations").Required(Neither);
        }

        var messages = expressions.WithoutAuthorizer();
        for (var i = 0; i < policy.Validations.Count; i++)
            CheckValidation(policy.Validations[i], expressions, messages, spec.At("validations", i));
        for (var i = 0; i < policy.AuditAnnotations.Count; i++)
            CheckAnnotation(policy.AuditAnnotations, i, value.Metadata.Name, expressions, spec.At("auditAnnotations", i));
    }

    private static void CheckConstraints(MatchResources? match, FieldErrors at)
    {
        if (match is null)
        {
            at.Required();
            return;
        }

        AdmissionPolicyChecks.CheckMatch(match, at);
        if (match.ResourceRules.IsEmpty)
            at.At("resourceRules").Required();
    }

    private static void CheckValidation(Validation validation, ExpressionCheck expressions, ExpressionCheck messages, FieldErrors at)
    {
        if (validation.Expression.Trim().Length == 0)
            at.At("expression").Required("expression is not specified");
        else
            AdmissionPolicyChecks.CheckExpression(validation.Expression, ExpressionResult.Bool, expressions, at.At("expression"));
        if (validation.MessageExpression.Length > 0 && validation.MessageExpression.Trim().Length == 0)
            at.At("messageExpression").Invalid(validation.MessageExpression, "must be non-empty if specified");
        else if (validation.MessageExpression.Length > 0)
            AdmissionPolicyChecks.CheckExpression(validation.MessageExpression, ExpressionResult.String, messages, at.At("messageExpression"));
        if (validation.Message.Length > 0 && validation.Message.Trim().Length == 0)
            at.At("message").Invalid(validation.Message, "message must be non-empty if specified");
        else if (validation.Message.Trim().Contains('\n', StringComparison.Ordinal))
            at.At("message").Invalid(validation.Message, "message must not contain line breaks");
        if (validation.Reason is { } reason)
            at.At("reason").OneOf(reason, "Forbidden", "Invalid", "RequestEntityTooLarge");
    }

    private static void CheckAnnotation(ValueList<AuditAnnotation> all, int index, string policyName, ExpressionCheck expressions, FieldErrors at)
    {
        var annotation = all[index];
        if (all.FindIndex(other => other.Key == annotation.Key) < index)
            at.At("key").Duplicate(annotation.Key);
        var key = $"{policyName}/{annotation.Key}";
        if (policyName.Length == 0)
            at.At("key").Invalid(annotation.Key, "requires metadata.name be non-empty");
        else
            at.At("key").Complain(key, Names.QualifiedName(key));
        if (annotation.ValueExpression.Trim().Length == 0)
            at.At("valueExpression").Required("valueExpression is not specified");
        else if (annotation.ValueExpression.Trim().Length > MaxValueExpression)
            at.At("valueExpression").Required(string.Create(CultureInfo.InvariantCulture, $"must not exceed {MaxValueExpression} bytes in length"));
        else
            AdmissionPolicyChecks.CheckExpression(annotation.ValueExpression, ExpressionResult.StringOrNull, expressions, at.At("valueExpression"));
    }
}
