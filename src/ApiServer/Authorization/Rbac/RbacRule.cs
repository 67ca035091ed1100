using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>One rule of a role, as decisions need it (pkg/apis/rbac/v1/evaluation_helpers.go).</summary>
/// <param name="Verbs">Verbs, or "*".</param>
/// <param name="Groups">API groups, or "*".</param>
/// <param name="Resources">Plurals, "plural/subresource", "*/subresource", or "*".</param>
/// <param name="Names">The only names it is about; all where empty.</param>
/// <param name="Paths">URL paths, "/prefix*", or "*".</param>
internal sealed record RbacRule(
    ImmutableArray<string> Verbs,
    ImmutableArray<string> Groups,
    ImmutableArray<string> Resources,
    ImmutableArray<string> Names,
    ImmutableArray<string> Paths)
{
    /// <summary>A rule about resources.</summary>
    public static RbacRule On(ImmutableArray<string> groups, ImmutableArray<string> resources, params ImmutableArray<string> verbs) => new(verbs, groups, resources, [], []);

    /// <summary>Does it allow this?</summary>
    public bool Allows(AuthorizationAttributes asked) => asked.IsResource
        ? HasVerb(asked.Verb) && HasGroup(asked.Group) && HasResource(asked.Resource, asked.Subresource) && HasName(asked.Name)
        : HasVerb(asked.Verb) && HasPath(asked.Path);

    /// <summary>Is the verb among its verbs?</summary>
    public bool HasVerb(string verb) => HasOrAll(Verbs, verb);

    /// <summary>Is the group among its groups?</summary>
    public bool HasGroup(string group) => HasOrAll(Groups, group);

    /// <summary>Is the resource, or the part of it, among its resources?</summary>
    public bool HasResource(string resource, string subresource)
    {
        foreach (var own in Resources)
        {
            if (own == "*" || Matches(own, resource, subresource))
                return true;
        }

        return false;
    }

    /// <summary>Is it about an object of that name? "" (a collection) is only in rules about all names.</summary>
    public bool HasName(string name) => Names.IsEmpty || Has(Names, name);

    /// <summary>Is the path among its paths?</summary>
    public bool HasPath(string path)
    {
        foreach (var own in Paths)
        {
            if (own == "*" || own == path || (own.EndsWith('*') && path.AsSpan().StartsWith(own.AsSpan().TrimEnd('*'))))
                return true;
        }

        return false;
    }

    /// <summary>Equality by content.</summary>
    public bool Equals(RbacRule? other) => other is not null
        && Verbs.SequenceEqual(other.Verbs) && Groups.SequenceEqual(other.Groups) && Resources.SequenceEqual(other.Resources)
        && Names.SequenceEqual(other.Names) && Paths.SequenceEqual(other.Paths);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var list in (ReadOnlySpan<ImmutableArray<string>>)[Verbs, Groups, Resources, Names, Paths])
        {
            hash.Add(list.Length);
            foreach (var item in list)
                hash.Add(item, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    // "pods/log" without joining the two: this runs for every rule of every request
    private static bool Matches(string own, string resource, string subresource)
    {
        if (subresource.Length == 0)
            return own == resource;
        var slash = own.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0
            && own.AsSpan(slash + 1).SequenceEqual(subresource)
            && (own.AsSpan(0, slash) is "*" || own.AsSpan(0, slash).SequenceEqual(resource));
    }

    private static bool HasOrAll(ImmutableArray<string> list, string wanted)
    {
        foreach (var item in list)
        {
            if (item == "*" || item == wanted)
                return true;
        }

        return false;
    }

    private static bool Has(ImmutableArray<string> list, string wanted)
    {
        foreach (var item in list)
        {
            if (item == wanted)
                return true;
        }

        return false;
    }
}
