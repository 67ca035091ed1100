using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Rbac;

namespace ControlPlane.Resources.Rbac;

/// <summary>Gives a role to users, groups and service accounts within one namespace.</summary>
internal sealed class RoleBindings : ResourceDefinition<RoleBinding>
{
    protected override void Declare(Declaration<RoleBinding> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .Names(Names.PathSegment)
        .CreateOnUpdate()
        .BindingColumns(binding => binding.RoleRef, binding => binding.Subjects);

    protected override RoleBinding Default(RoleBinding value) =>
        value with { RoleRef = RbacChecks.WithGroup(value.RoleRef), Subjects = RbacChecks.WithGroups(value.Subjects) };

    protected override void Validate(RoleBinding value, FieldErrors errors) =>
        RbacChecks.CheckBinding(value.RoleRef, value.Subjects, isNamespaced: true, errors);

    protected override void ValidateUpdate(RoleBinding value, RoleBinding old, FieldErrors errors)
    {
        Validate(value, errors);
        RbacChecks.CheckRoleKept(value.RoleRef, old.RoleRef, errors);
    }
}
