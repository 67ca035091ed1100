using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Where a policy that changes objects holds, and with which parameters.</summary>
internal sealed class MutatingAdmissionPolicyBindings : ResourceDefinition<MutatingAdmissionPolicyBinding>
{
    protected override void Declare(Declaration<MutatingAdmissionPolicyBinding> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithGeneration()
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("PolicyName", value => value.Spec.PolicyName)
        .Column("ParamRef", value => AdmissionColumns.Of(value.Spec.ParamRef))
        .AgeColumn();

    protected override MutatingAdmissionPolicyBinding Default(MutatingAdmissionPolicyBinding value) =>
        value with { Spec = value.Spec with { MatchResources = AdmissionDefaults.WithDefaults(value.Spec.MatchResources) } };

    protected override void Validate(MutatingAdmissionPolicyBinding value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        AdmissionPolicyChecks.CheckBinding(value.Spec.PolicyName, value.Spec.ParamRef, spec);
        if (value.Spec.MatchResources is { } match)
            AdmissionPolicyChecks.CheckMatch(match, spec.At("matchResources"));
    }
}
