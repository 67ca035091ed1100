using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Rbac;

namespace ControlPlane.Resources.Rbac;

/// <summary>What may be done everywhere, or to things that are in no namespace; may be put together from others.</summary>
internal sealed class ClusterRoles : ResourceDefinition<ClusterRole>
{
    protected override void Declare(Declaration<ClusterRole> resource) => resource
        .Names(Names.PathSegment)
        .CreateOnUpdate()
        .MetadataChecksOnUpdate(4, asNew: true)
        .PlainColumns();

    // No rules are null, however they were sent.
    protected override ClusterRole Default(ClusterRole value) => value.Rules.IsEmpty ? value with { Rules = default } : value;

    protected override void Validate(ClusterRole value, FieldErrors errors)
    {
        RbacChecks.CheckRules(value.Rules, isNamespaced: false, errors.At("rules"));
        if (value.AggregationRule is not { } aggregation)
            return;
        var at = errors.At("aggregationRule").At("clusterRoleSelectors");
        if (aggregation.ClusterRoleSelectors.IsEmpty)
            at.Required("at least one clusterRoleSelector required if aggregationRule is non-nil");
        for (var i = 0; i < aggregation.ClusterRoleSelectors.Count; i++)
        {
            var before = errors.All.Count;
            at.At(i).Selector(aggregation.ClusterRoleSelectors[i]);
            if (errors.All.Count > before)
                at.At(i).InvalidPrinted("null", "invalid label selector.");
        }
    }
}
