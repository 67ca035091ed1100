using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>A Role or ClusterRole.</summary>
/// <param name="Key">Which one.</param>
/// <param name="Rules">What it allows.</param>
internal sealed record RbacRole(RoleKey Key, ImmutableArray<RbacRule> Rules);

/// <summary>Names a role.</summary>
/// <param name="Namespace">"" for a ClusterRole.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct RoleKey(string Namespace, string Name)
{
    /// <summary>"Role" or "ClusterRole".</summary>
    public string Kind => Namespace.Length == 0 ? "ClusterRole" : "Role";
}

/// <summary>A RoleBinding or ClusterRoleBinding.</summary>
/// <param name="Namespace">Where it counts; "" for a ClusterRoleBinding, which counts everywhere.</param>
/// <param name="Name">Its name.</param>
/// <param name="Role">What it gives.</param>
/// <param name="Subjects">To whom.</param>
internal sealed record RbacBinding(string Namespace, string Name, RoleKey Role, ImmutableArray<RbacSubject> Subjects);

/// <summary>Who gets a role.</summary>
/// <param name="Kind">User, Group or ServiceAccount.</param>
/// <param name="Namespace">A service account's; the binding's own where it says none.</param>
/// <param name="Name">The name.</param>
internal sealed record RbacSubject(string Kind, string Namespace, string Name)
{
    /// <summary>How requests of the subject are found: a service account is a user by another name. Null for kinds that nobody is.</summary>
    public SubjectKey? Key => Kind switch
    {
        "User" => new SubjectKey(false, Name),
        "Group" => new SubjectKey(true, Name),
        "ServiceAccount" => new SubjectKey(false, $"system:serviceaccount:{Namespace}:{Name}"),
        _ => null,
    };

    /// <summary>As reasons print it.</summary>
    public override string ToString() => Kind == "ServiceAccount" ? $"{Kind} \"{Name}/{Namespace}\"" : $"{Kind} \"{Name}\"";
}

/// <summary>A user's or a group's name.</summary>
internal readonly record struct SubjectKey(bool IsGroup, string Name);
