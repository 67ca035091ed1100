using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Rbac;
using System.Text;

namespace ControlPlane.Resources.Rbac;

/// <summary>What roles share among themselves, and bindings among themselves (upstream: pkg/apis/rbac/validation).</summary>
internal static class RbacChecks
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string ServiceAccount = "ServiceAccount";

    /// <summary>The reference to a role of this group.</summary>
    internal static RoleRef WithGroup(RoleRef role) => role.ApiGroup.Length == 0 ? role with { ApiGroup = Group } : role;

    /// <summary>Users and groups are of this group, service accounts of the core group.</summary>
    internal static ValueList<Subject> WithGroups(ValueList<Subject> subjects) => subjects
        .DefaultEach(subject => subject is { ApiGroup: "", Kind: "User" or "Group" } ? subject with { ApiGroup = Group } : subject);

    internal static void CheckRules(ValueList<PolicyRule> rules, bool isNamespaced, FieldErrors at)
    {
        for (var i = 0; i < rules.Count; i++)
            CheckRule(rules[i], isNamespaced, at.At(i));
    }

    internal static void CheckBinding(RoleRef role, ValueList<Subject> subjects, bool isNamespaced, FieldErrors errors)
    {
        CheckRole(role, isNamespaced, errors.At("roleRef"));
        for (var i = 0; i < subjects.Count; i++)
            CheckSubject(subjects[i], isNamespaced, errors.At("subjects", i));
    }

    internal static void CheckRoleKept(RoleRef role, RoleRef old, FieldErrors errors)
    {
        if (role != old)
            errors.At("roleRef").InvalidPrinted(Encoding.UTF8.GetString(Json.EncodeMessage(role)), "cannot change roleRef");
    }

    private static void CheckRule(PolicyRule rule, bool isNamespaced, FieldErrors at)
    {
        if (rule.Verbs.IsEmpty)
            at.At("verbs").Required("verbs must contain at least one value");
        if (!rule.NonResourceURLs.IsEmpty)
        {
            var paths = $"[{string.Join(",", rule.NonResourceURLs.Select(FieldErrors.Quote))}]";
            if (isNamespaced)
                at.At("nonResourceURLs").InvalidPrinted(paths, "namespaced rules cannot apply to non-resource URLs");
            if (!rule.ApiGroups.IsEmpty || !rule.Resources.IsEmpty || !rule.ResourceNames.IsEmpty)
                at.At("nonResourceURLs").InvalidPrinted(paths, "rules cannot apply to both regular resources and non-resource URLs");
            return;
        }

        if (rule.ApiGroups.IsEmpty)
            at.At("apiGroups").Required("resource rules must supply at least one api group");
        if (rule.Resources.IsEmpty)
            at.At("resources").Required("resource rules must supply at least one resource");
    }

    private static void CheckRole(RoleRef role, bool isNamespaced, FieldErrors at)
    {
        at.At("apiGroup").OneOf(role.ApiGroup, Group);
        if (isNamespaced)
            at.At("kind").OneOf(role.Kind, "Role", "ClusterRole");
        else
            at.At("kind").OneOf(role.Kind, "ClusterRole");
        if (role.Name.Length == 0)
            at.At("name").Required();
        else
            at.At("name").Complain(role.Name, Names.PathSegment(role.Name, false));
    }

    private static void CheckSubject(Subject subject, bool isNamespaced, FieldErrors at)
    {
        if (subject.Name.Length == 0)
            at.At("name").Required();
        switch (subject.Kind)
        {
            case ServiceAccount:
                if (subject.Name.Length > 0)
                    at.At("name").Complain(subject.Name, Names.Subdomain(subject.Name));
                at.At("apiGroup").OneOf(subject.ApiGroup, "");
                if (!isNamespaced && subject.Namespace.Length == 0)
                    at.At("namespace").Required();
                break;
            case "User" or "Group":
                at.At("apiGroup").OneOf(subject.ApiGroup, Group);
                break;
            default:
                at.At("kind").NotSupported(subject.Kind, ServiceAccount, "User", "Group");
                break;
        }
    }
}
