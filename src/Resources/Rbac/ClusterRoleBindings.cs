using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Rbac;

namespace ControlPlane.Resources.Rbac;

/// <summary>Gives a cluster role to users, groups and service accounts.</summary>
internal sealed class ClusterRoleBindings : ResourceDefinition<ClusterRoleBinding>
{
    protected override void Declare(Declaration<ClusterRoleBinding> resource) => resource
        .Names(Names.PathSegment)
        .CreateOnUpdate()
        .MetadataChecksOnUpdate(4, asNew: true)
        .BindingColumns(binding => binding.RoleRef, binding => binding.Subjects);

    protected override ClusterRoleBinding Default(ClusterRoleBinding value) =>
        value with { RoleRef = RbacChecks.WithGroup(value.RoleRef), Subjects = RbacChecks.WithGroups(value.Subjects) };

    protected override void Validate(ClusterRoleBinding value, FieldErrors errors) =>
        RbacChecks.CheckBinding(value.RoleRef, value.Subjects, isNamespaced: false, errors);

    protected override void ValidateUpdate(ClusterRoleBinding value, ClusterRoleBinding old, FieldErrors errors)
    {
        Validate(value, errors);
        RbacChecks.CheckRoleKept(value.RoleRef, old.RoleRef, errors);
    }
}
