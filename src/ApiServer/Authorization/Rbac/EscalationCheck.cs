using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>
/// Nobody gives away rights that they do not have: writing a role needs all its rights (or the verb escalate on it), writing a binding all rights
/// of its role (or the verb bind on that role). Upstream: pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased.
/// </summary>
internal sealed class EscalationCheck(IAuthorizer authorizer, RbacAuthorizer rbac, RbacPolicy policy)
{
    private const string Group = "rbac.authorization.k8s.io";

    /// <summary>Checks a role that is written.</summary>
    /// <param name="user">Who writes.</param>
    /// <param name="role">The role as it shall be.</param>
    /// <param name="old">Its rules until now; empty on create. Rules that do not change are not checked.</param>
    /// <param name="isAggregated">It gets an aggregation rule, or another one.</param>
    /// <param name="cancel">Ends the check.</param>
    /// <exception cref="ApiException">403: it gives more than the user has.</exception>
    public async ValueTask CheckRoleAsync(UserInfo user, RbacRole role, ImmutableArray<RbacRule> old, bool isAggregated, CancellationToken cancel)
    {
        if (user.IsIn(UserInfo.Masters) || (!isAggregated && !old.IsEmpty && old.SequenceEqual(role.Rules)))
            return;
        var resource = new GroupResource(Group, role.Key.Namespace.Length == 0 ? "clusterroles" : "roles");
        if (await MayAsync(user, "escalate", resource.Resource, role.Key, role.Key.Namespace, cancel))
            return;
        // Selectors can bring any rule into an aggregated role, so whoever writes one must have them all.
        var wanted = isAggregated ? role.Rules.Add(new RbacRule(["*"], ["*"], ["*"], [], [])).Add(new RbacRule(["*"], [], [], [], ["*"])) : role.Rules;
        Refuse(user, wanted, role.Key.Namespace, resource, role.Key.Name);
    }

    /// <summary>Checks a binding that is written.</summary>
    /// <exception cref="ApiException">403: it gives more than the user has; or 404 within: its role does not exist.</exception>
    public async ValueTask CheckBindingAsync(UserInfo user, RbacBinding binding, CancellationToken cancel)
    {
        if (user.IsIn(UserInfo.Masters))
            return;
        var roles = binding.Role.Namespace.Length == 0 ? "clusterroles" : "roles";
        if (await MayAsync(user, "bind", roles, binding.Role, binding.Namespace, cancel))
            return;
        if (policy.Current.RulesOf(binding.Role) is not { } rules)
            throw ApiError.NotFound(new GroupResource(Group, binding.Role.Kind.ToLowerInvariant()), binding.Role.Name);
        var resource = new GroupResource(Group, binding.Namespace.Length == 0 ? "clusterrolebindings" : "rolebindings");
        Refuse(user, rules, binding.Namespace, resource, binding.Name);
    }

    private async ValueTask<bool> MayAsync(UserInfo user, string verb, string resource, RoleKey role, string @namespace, CancellationToken cancel)
    {
        var attributes = new AuthorizationAttributes(user, verb, Group, "*", resource, "", @namespace, role.Name, "");
        return (await authorizer.AuthorizeAsync(attributes, cancel)).Verdict == Verdict.Allow;
    }

    private void Refuse(UserInfo user, ImmutableArray<RbacRule> wanted, string @namespace, GroupResource resource, string name)
    {
        var own = rbac.RulesFor(user, @namespace);
        var missing = RuleCoverage.Uncovered(own.Rules, wanted);
        if (missing.IsEmpty)
            return;
        var groups = string.Join(' ', user.Groups.Select(group => $"\"{group}\""));
        var text = $"user \"{user.Name}\" (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{RuleCoverage.Print(missing)}";
        throw ApiError.Forbidden(resource, name, own.Error.Length == 0 ? text : $"{text}; resolution errors: {own.Error}");
    }
}
