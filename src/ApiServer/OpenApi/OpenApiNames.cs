using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>How operations and tags are called (apiserver: pkg/endpoints/openapi).</summary>
internal static class OpenApiNames
{
    /// <summary>"Core", "Apps", "RbacAuthorization": the group without its domain.</summary>
    public static string Group(string group)
    {
        if (group.Length == 0)
            return "Core";
        var name = group.EndsWith(".k8s.io", StringComparison.Ordinal) ? group[..^".k8s.io".Length] : group;
        return string.Concat(name.Split('.').Select(Title));
    }

    /// <summary>"CoreV1", "RbacAuthorizationV1".</summary>
    public static string GroupVersion(GroupVersion version) => Group(version.Group) + Title(version.Version);

    /// <summary>"core", "rbacAuthorization".</summary>
    public static string GroupTag(string group)
    {
        var name = Group(group);
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>"core_v1", "rbacAuthorization_v1".</summary>
    public static string Tag(GroupVersion version) => $"{GroupTag(version.Group)}_{version.Version}";

    /// <summary>With its first letter in upper case.</summary>
    public static string Title(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
