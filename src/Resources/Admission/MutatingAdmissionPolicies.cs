using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Expressions;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Expressions that change what is written.</summary>
internal sealed class MutatingAdmissionPolicies : ResourceDefinition<MutatingAdmissionPolicy>
{
    protected override void Declare(Declaration<MutatingAdmissionPolicy> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithGeneration()
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Mutations", value => value.Spec.Mutations.Count, type: "integer")
        .Column("ParamKind", value => AdmissionColumns.Of(value.Spec.ParamKind))
        .AgeColumn();

    protected override MutatingAdmissionPolicy Default(MutatingAdmissionPolicy value) => value with
    {
        Spec = value.Spec with
        {
            FailurePolicy = value.Spec.FailurePolicy ?? "Fail",
            MatchConstraints = AdmissionDefaults.WithDefaults(value.Spec.MatchConstraints),
        },
    };

    protected override void Validate(MutatingAdmissionPolicy value, FieldErrors errors)
    {
        var (policy, spec) = (value.Spec, errors.At("spec"));
        if (policy.FailurePolicy is { } failure)
            spec.At("failurePolicy").OneOf(failure, "Fail", "Ignore");
        if (policy.ParamKind is { } kind)
            AdmissionPolicyChecks.CheckParamKind(kind, spec.At("paramKind"));
        if (policy.MatchConstraints is not { } match)
            spec.At("matchConstraints").Required();
        else
        {
            AdmissionPolicyChecks.CheckMatch(match, spec.At("matchConstraints"));
            if (match.ResourceRules.IsEmpty)
                spec.At("matchConstraints").At("resourceRules").Required();
        }

        AdmissionRuleChecks.CheckConditions(
            policy.MatchConditions, ExpressionCheck.OfAdmission(policy.ParamKind is not null, hasAuthorizer: true, hasVariables: false), spec.At("matchConditions"));
        var expressions = ExpressionCheck.OfAdmission(policy.ParamKind is not null, hasAuthorizer: true, !policy.Variables.IsEmpty);
        AdmissionPolicyChecks.CheckVariables(policy.Variables, expressions, spec.At("variables"));
        if (policy.Mutations.IsEmpty)
            spec.At("mutations").Required("mutations must contain at least one item");
        for (var i = 0; i < policy.Mutations.Count; i++)
            CheckMutation(policy.Mutations[i], spec.At("mutations", i));
        spec.At("reinvocationPolicy").RequiredOneOf(policy.ReinvocationPolicy, "IfNeeded", "Never");
    }

    private static void CheckMutation(Mutation mutation, FieldErrors at)
    {
        at.At("patchType").RequiredOneOf(mutation.PatchType, "ApplyConfiguration", "JSONPatch");
        if (mutation.PatchType == "ApplyConfiguration")
        {
            if (mutation.ApplyConfiguration is not { } configuration)
                at.At("applyConfiguration").Required("must be specified when patchType is ApplyConfiguration");
            else if (configuration.Expression.Trim().Length == 0)
                at.At("applyConfiguration").At("expression").Required("expression is not specified");
        }
        else if (mutation.PatchType == "JSONPatch")
        {
            if (mutation.JsonPatch is not { } patch)
                at.At("jsonPatch").Required("must be specified when patchType is JSONPatch");
            else if (patch.Expression.Trim().Length == 0)
                at.At("jsonPatch").At("expression").Required("expression is not specified");
        }
    }
}
