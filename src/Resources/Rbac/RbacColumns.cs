using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Rbac;

namespace ControlPlane.Resources.Rbac;

/// <summary>The columns of both kinds of bindings.</summary>
internal static class RbacColumns
{
    internal static Declaration<T> BindingColumns<T>(this Declaration<T> resource, Func<T, RoleRef> role, Func<T, ValueList<Subject>> subjects)
        where T : class, IApiObject<T> => resource
        .NameColumn()
        .Column("Role", binding => $"{role(binding).Kind}/{role(binding).Name}")
        .AgeColumn()
        .Column("Users", binding => NamesOf(subjects(binding), "User"), wide: true)
        .Column("Groups", binding => NamesOf(subjects(binding), "Group"), wide: true)
        .Column("ServiceAccounts", binding => NamesOf(subjects(binding), "ServiceAccount"), wide: true);

    private static TableCell NamesOf(ValueList<Subject> subjects, string kind) => string.Join(", ", subjects
        .Where(subject => subject.Kind == kind)
        .Select(subject => subject.Kind == "ServiceAccount" && subject.Namespace.Length > 0 ? $"{subject.Namespace}/{subject.Name}" : subject.Name));
}
