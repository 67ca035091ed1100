using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>
/// All roles and bindings of one moment, found by who asks: a decision looks at the user's own grants and those of each group, cluster-wide and of the
/// namespace, and never at bindings of others. Changing one role or binding makes a new snapshot that shares all the rest with the old.
/// </summary>
/// <remarks>A grant names its role instead of holding the rules, so that a role can change, come and go without its bindings being touched.</remarks>
internal sealed class RbacSnapshot
{
    private readonly ImmutableDictionary<RoleKey, ImmutableArray<RbacRule>> _roles;
    private readonly ImmutableDictionary<(string Namespace, string Name), RbacBinding> _bindings;
    private readonly ImmutableDictionary<(string Namespace, SubjectKey Subject), ImmutableArray<RbacGrant>> _grants;

    private RbacSnapshot(
        ImmutableDictionary<RoleKey, ImmutableArray<RbacRule>> roles,
        ImmutableDictionary<(string Namespace, string Name), RbacBinding> bindings,
        ImmutableDictionary<(string Namespace, SubjectKey Subject), ImmutableArray<RbacGrant>> grants) => (_roles, _bindings, _grants) = (roles, bindings, grants);

    /// <summary>Nobody may do anything.</summary>
    public static RbacSnapshot Empty { get; } = new(
        ImmutableDictionary<RoleKey, ImmutableArray<RbacRule>>.Empty,
        ImmutableDictionary<(string, string), RbacBinding>.Empty,
        ImmutableDictionary<(string, SubjectKey), ImmutableArray<RbacGrant>>.Empty);

    /// <summary>The rules of a role; null when there is no such role.</summary>
    public ImmutableArray<RbacRule>? RulesOf(RoleKey role) => _roles.TryGetValue(role, out var rules) ? rules : null;

    /// <summary>With this role, new or changed.</summary>
    public RbacSnapshot With(RbacRole role) => new(_roles.SetItem(role.Key, role.Rules), _bindings, _grants);

    /// <summary>Without this role.</summary>
    public RbacSnapshot Without(RoleKey role) => new(_roles.Remove(role), _bindings, _grants);

    /// <summary>With this binding, new or changed.</summary>
    public RbacSnapshot With(RbacBinding binding)
    {
        var rest = WithoutBinding(binding.Namespace, binding.Name);
        var grants = rest._grants.ToBuilder();
        foreach (var subject in binding.Subjects)
        {
            if (subject.Key is not { } key)
                continue;
            var at = (binding.Namespace, key);
            grants[at] = (grants.TryGetValue(at, out var others) ? others : []).Add(RbacGrant.Of(binding, subject));
        }

        return new(rest._roles, rest._bindings.SetItem((binding.Namespace, binding.Name), binding), grants.ToImmutable());
    }

    /// <summary>Without this binding.</summary>
    public RbacSnapshot WithoutBinding(string @namespace, string name)
    {
        if (!_bindings.TryGetValue((@namespace, name), out var old))
            return this;
        var grants = _grants.ToBuilder();
        foreach (var subject in old.Subjects)
        {
            if (subject.Key is { } key && grants.TryGetValue((@namespace, key), out var all))
                grants[(@namespace, key)] = all.RemoveAll(grant => grant.BindingName == name);
        }

        foreach (var subject in old.Subjects)
        {
            if (subject.Key is { } key && grants.TryGetValue((@namespace, key), out var left) && left.IsEmpty)
                grants.Remove((@namespace, key));
        }

        return new(_roles, _bindings.Remove((@namespace, name)), grants.ToImmutable());
    }

    /// <summary>All grants that a user has in a namespace (with ""), cluster-wide ones first; a struct, for this is walked at every request.</summary>
    public GrantEnumerator GrantsTo(UserInfo user, string @namespace) => new(this, user, @namespace);

    /// <summary>Walks the grants of one user.</summary>
    internal struct GrantEnumerator(RbacSnapshot snapshot, UserInfo user, string @namespace)
    {
        private ImmutableArray<RbacGrant> _current = [];
        private int _index = -1;
        private int _subject = -1; // 0 is the user, then the groups
        private bool _isInNamespace;

        /// <summary>This, so that foreach accepts it.</summary>
        public readonly GrantEnumerator GetEnumerator() => this;

        /// <summary>The grant.</summary>
        public readonly RbacGrant Current => _current[_index];

        /// <summary>Goes on.</summary>
        public bool MoveNext()
        {
            while (++_index >= _current.Length)
            {
                if (!NextList())
                    return false;
            }

            return true;
        }

        private bool NextList()
        {
            while (true)
            {
                if (++_subject > user.Groups.Length)
                {
                    if (_isInNamespace || @namespace.Length == 0)
                        return false;
                    (_isInNamespace, _subject) = (true, 0);
                }

                var key = _subject == 0 ? new SubjectKey(false, user.Name) : new SubjectKey(true, user.Groups[_subject - 1]);
                if (snapshot._grants.TryGetValue((_isInNamespace ? @namespace : "", key), out var found))
                {
                    (_current, _index) = (found, -1);
                    return true;
                }
            }
        }
    }
}

/// <summary>One subject's part in a binding.</summary>
/// <param name="BindingName">The binding.</param>
/// <param name="Role">What it gives.</param>
/// <param name="Reason">What decisions say that rest on it; spelled once, not at every request.</param>
internal sealed record RbacGrant(string BindingName, RoleKey Role, string Reason)
{
    /// <summary>The grant of one subject of a binding.</summary>
    public static RbacGrant Of(RbacBinding binding, RbacSubject subject)
    {
        var which = binding.Namespace.Length == 0 ? $"ClusterRoleBinding \"{binding.Name}\"" : $"RoleBinding \"{binding.Name}/{binding.Namespace}\"";
        return new(binding.Name, binding.Role, $"RBAC: allowed by {which} of {binding.Role.Kind} \"{binding.Role.Name}\" to {subject}");
    }
}
