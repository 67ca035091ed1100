using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Rbac;

namespace ControlPlane.Resources.Rbac;

/// <summary>What may be done within one namespace.</summary>
internal sealed class Roles : ResourceDefinition<Role>
{
    protected override void Declare(Declaration<Role> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .Names(Names.PathSegment)
        .CreateOnUpdate()
        .PlainColumns();

    // No rules are null, however they were sent.
    protected override Role Default(Role value) => value.Rules.IsEmpty ? value with { Rules = default } : value;

    protected override void Validate(Role value, FieldErrors errors) => RbacChecks.CheckRules(value.Rules, isNamespaced: true, errors.At("rules"));
}
