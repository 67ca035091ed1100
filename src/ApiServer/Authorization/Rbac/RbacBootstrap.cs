using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Rbac;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>
/// The roles and bindings of the first start as objects, and what becomes of those that are there already at the next: what is missing is added, what
/// somebody added stays, and an object that says so is left alone (component-helpers: auth/rbac/reconciliation).
/// </summary>
internal static class RbacBootstrap
{
    private const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";
    private const string Bootstrapping = "kubernetes.io/bootstrapping";

    /// <summary>All of them: cluster roles, cluster role bindings, roles, bindings; and kubeadm's (<see cref="KubeadmRbac"/>).</summary>
    public static ImmutableArray<IApiObject> Objects() =>
    [
        .. BootstrapPolicy.Roles.Where(role => role.Key.Namespace.Length == 0).Select(ClusterRoleOf),
        .. BootstrapPolicy.Bindings.Where(binding => binding.Namespace.Length == 0).Select(ClusterBindingOf),
        .. KubeadmRbac.Objects(),
        .. BootstrapPolicy.Roles.Where(role => role.Key.Namespace.Length > 0).Select(RoleOf),
        .. BootstrapPolicy.Bindings.Where(binding => binding.Namespace.Length > 0).Select(BindingOf),
    ];

    /// <summary>What an object that exists must become; null when it is as it should be, or is not to be touched.</summary>
    /// <param name="wanted">One of <see cref="Objects"/>.</param>
    /// <param name="existing">The object of that kind and name.</param>
    /// <returns>The object to write. A binding whose role is another cannot be changed: it must be deleted first (<see cref="MustBeReplaced"/>).</returns>
    public static IApiObject? Reconcile(IApiObject wanted, IApiObject existing)
    {
        if (existing.Metadata.Annotations.TryGetValue(AutoUpdate, out var value) && value == "false")
            return null;
        var merged = (wanted, existing) switch
        {
            // An aggregated role's rules are the controller's: it adds and removes them by label.
            (ClusterRole { AggregationRule: null } role, ClusterRole old) => old with { Rules = Union(old.Rules, role.Rules) },
            (ClusterRole role, ClusterRole old) => old with { AggregationRule = UnionOf(old.AggregationRule, role.AggregationRule!) },
            (Role role, Role old) => old with { Rules = Union(old.Rules, role.Rules) },
            (ClusterRoleBinding binding, ClusterRoleBinding old) => old with { Subjects = Union(old.Subjects, binding.Subjects) },
            (RoleBinding binding, RoleBinding old) => old with { Subjects = Union(old.Subjects, binding.Subjects) },
            _ => existing,
        };
        merged = merged.WithMetadata(merged.Metadata with
        {
            Labels = Merge(wanted.Metadata.Labels, existing.Metadata.Labels),
            Annotations = Merge(wanted.Metadata.Annotations, existing.Metadata.Annotations),
        });
        return merged.Equals(existing) ? null : merged;
    }

    /// <summary>Does an existing binding give another role than the wanted one? A roleRef is immutable.</summary>
    public static bool MustBeReplaced(IApiObject wanted, IApiObject existing) => (wanted, existing) switch
    {
        (ClusterRoleBinding binding, ClusterRoleBinding old) => binding.RoleRef != old.RoleRef,
        (RoleBinding binding, RoleBinding old) => binding.RoleRef != old.RoleRef,
        _ => false,
    };

    private static IApiObject ClusterRoleOf(BootstrapRole role) => new ClusterRole
    {
        Metadata = Metadata("", role.Key.Name, role.Labels),
        Rules = RbacRecords.RecordsOf(role.Rules),
        AggregationRule = role.Aggregates.IsEmpty ? null : new AggregationRule
        {
            ClusterRoleSelectors = role.Aggregates.Select(label => new LabelSelector { MatchLabels = ValueMap.Of(label.Key, label.Value) }).ToValueList(),
        },
    };

    private static IApiObject RoleOf(BootstrapRole role) =>
        new Role { Metadata = Metadata(role.Key.Namespace, role.Key.Name, role.Labels), Rules = RbacRecords.RecordsOf(role.Rules) };

    private static IApiObject ClusterBindingOf(RbacBinding binding) => new ClusterRoleBinding
    {
        Metadata = Metadata("", binding.Name, []),
        RoleRef = RbacRecords.ReferenceTo(binding.Role),
        Subjects = SubjectsOf(binding),
    };

    private static IApiObject BindingOf(RbacBinding binding) => new RoleBinding
    {
        Metadata = Metadata(binding.Namespace, binding.Name, []),
        RoleRef = RbacRecords.ReferenceTo(binding.Role),
        Subjects = SubjectsOf(binding),
    };

    private static ValueList<Subject> SubjectsOf(RbacBinding binding) =>
        binding.Subjects.IsEmpty ? default : binding.Subjects.Select(RbacRecords.RecordOf).ToValueList();

    private static ObjectMeta Metadata(string @namespace, string name, ImmutableArray<KeyValuePair<string, string>> labels) => new()
    {
        Name = name,
        Namespace = @namespace,
        Labels = labels.Add(new(Bootstrapping, "rbac-defaults")).ToValueMap(),
        Annotations = ValueMap.Of(AutoUpdate, "true"),
    };

    private static ValueList<PolicyRule> Union(ValueList<PolicyRule> old, ValueList<PolicyRule> wanted)
    {
        var missing = RuleCoverage.Uncovered(RbacRecords.RulesOf(old), RbacRecords.RulesOf(wanted));
        return missing.IsEmpty ? old : old.AddRange(RbacRecords.RecordsOf(missing));
    }

    private static ValueList<Subject> Union(ValueList<Subject> old, ValueList<Subject> wanted)
    {
        var missing = wanted.Where(subject => !old.Contains(subject)).ToArray();
        return missing.Length == 0 ? old : old.AddRange(missing);
    }

    private static AggregationRule UnionOf(AggregationRule? old, AggregationRule wanted)
    {
        if (old is null)
            return wanted;
        var missing = wanted.ClusterRoleSelectors.Where(selector => !old.ClusterRoleSelectors.Contains(selector)).ToArray();
        return missing.Length == 0 ? old : old with { ClusterRoleSelectors = old.ClusterRoleSelectors.AddRange(missing) };
    }

    // What is there wins: labels and annotations may have been changed on purpose.
    private static ValueMap<string> Merge(ValueMap<string> wanted, ValueMap<string> existing) =>
        wanted.Where(pair => !existing.ContainsKey(pair.Key)).Concat(existing).ToValueMap();
}
