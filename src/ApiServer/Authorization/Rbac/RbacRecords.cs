using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Rbac;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>From the API's records to the form in which decisions are made, and back.</summary>
internal static class RbacRecords
{
    /// <summary>The group of roles and bindings, and of the users and groups among their subjects.</summary>
    public const string Group = "rbac.authorization.k8s.io";

    /// <summary>The role that a record stands for; null for other kinds.</summary>
    public static RbacRole? RoleOf(IApiObject record) => record switch
    {
        ClusterRole role => new RbacRole(new RoleKey("", role.Metadata.Name), RulesOf(role.Rules)),
        Role role => new RbacRole(new RoleKey(role.Metadata.Namespace, role.Metadata.Name), RulesOf(role.Rules)),
        _ => null,
    };

    /// <summary>The binding that a record stands for; null for other kinds.</summary>
    public static RbacBinding? BindingOf(IApiObject record) => record switch
    {
        ClusterRoleBinding binding => BindingOf("", binding.Metadata.Name, binding.RoleRef, binding.Subjects),
        RoleBinding binding => BindingOf(binding.Metadata.Namespace, binding.Metadata.Name, binding.RoleRef, binding.Subjects),
        _ => null,
    };

    /// <summary>Rules as decisions need them.</summary>
    public static ImmutableArray<RbacRule> RulesOf(ValueList<PolicyRule> rules) =>
        [.. rules.Select(rule => new RbacRule([.. rule.Verbs], [.. rule.ApiGroups], [.. rule.Resources], [.. rule.ResourceNames], [.. rule.NonResourceURLs]))];

    /// <summary>Rules as records have them: empty lists are left out.</summary>
    public static ValueList<PolicyRule> RecordsOf(ImmutableArray<RbacRule> rules) => rules.Select(rule => new PolicyRule
    {
        Verbs = rule.Verbs.ToValueList(),
        ApiGroups = ListOf(rule.Groups),
        Resources = ListOf(rule.Resources),
        ResourceNames = ListOf(rule.Names),
        NonResourceURLs = ListOf(rule.Paths),
    }).ToValueList();

    /// <summary>A subject as records have it: users and groups are of the RBAC group, service accounts of the core group.</summary>
    public static Subject RecordOf(RbacSubject subject) =>
        new() { Kind = subject.Kind, ApiGroup = subject.Kind == "ServiceAccount" ? "" : Group, Name = subject.Name, Namespace = subject.Namespace };

    /// <summary>A reference to a role.</summary>
    public static RoleRef ReferenceTo(RoleKey role) => new() { ApiGroup = Group, Kind = role.Kind, Name = role.Name };

    private static RbacBinding BindingOf(string @namespace, string name, RoleRef role, ValueList<Subject> subjects) => new(
        @namespace,
        name,
        new RoleKey(role.Kind == "ClusterRole" ? "" : @namespace, role.Name),
        [.. subjects.Select(subject => new RbacSubject(subject.Kind, subject.Namespace.Length == 0 ? @namespace : subject.Namespace, subject.Name))]);

    private static ValueList<string> ListOf(ImmutableArray<string> items) => items.IsEmpty ? default : items.ToValueList();
}
