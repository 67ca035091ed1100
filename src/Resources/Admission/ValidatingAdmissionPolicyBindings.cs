using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Where a policy holds, with which parameters, and what follows when it is not met.</summary>
internal sealed class ValidatingAdmissionPolicyBindings : ResourceDefinition<ValidatingAdmissionPolicyBinding>
{
    protected override void Declare(Declaration<ValidatingAdmissionPolicyBinding> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithGeneration()
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("PolicyName", value => value.Spec.PolicyName)
        .Column("ParamRef", value => AdmissionColumns.Of(value.Spec.ParamRef))
        .AgeColumn();

    protected override ValidatingAdmissionPolicyBinding Default(ValidatingAdmissionPolicyBinding value) =>
        value with { Spec = value.Spec with { MatchResources = AdmissionDefaults.WithDefaults(value.Spec.MatchResources) } };

    protected override void Validate(ValidatingAdmissionPolicyBinding value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        AdmissionPolicyChecks.CheckBinding(value.Spec.PolicyName, value.Spec.ParamRef, spec);
        if (value.Spec.MatchResources is { } match)
            AdmissionPolicyChecks.CheckMatch(match, spec.At("matchResources"));
        CheckActions(value.Spec.ValidationActions, spec.At("validationActions"));
    }

    private static void CheckActions(ValueList<string> actions, FieldErrors at)
    {
        if (actions.IsEmpty)
            at.Required("at least one validation action is required");
        for (var i = 0; i < actions.Count; i++)
        {
            at.At(i).OneOf(actions[i], "Audit", "Deny", "Warn");
            if (actions.FindIndex(action => action == actions[i]) < i)
                at.At(i).Duplicate(actions[i]);
        }

        if (actions.Contains("Deny") && actions.Contains("Warn"))
        {
            at.InvalidPrinted(
                $"[{string.Join(",", actions.Select(FieldErrors.Quote))}]",
                "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)");
        }
    }
}
