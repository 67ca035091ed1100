using System.Collections.Immutable;
using System.Text;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>Does a set of rules allow all that another allows? Answers by taking the wanted rules apart into single permissions (component-helpers: auth/rbac/validation).</summary>
internal static class RuleCoverage
{
    /// <summary>The permissions among the wanted that the owned do not give; empty when all are covered.</summary>
    public static ImmutableArray<RbacRule> Uncovered(ImmutableArray<RbacRule> owned, ImmutableArray<RbacRule> wanted) =>
        [.. wanted.SelectMany(TakeApart).Where(permission => !owned.Any(rule => Covers(rule, permission)))];

    /// <summary>Permissions as upstream's errors list them: sorted, those that differ by verb alone together.</summary>
    public static string Print(ImmutableArray<RbacRule> permissions) => string.Join('\n', permissions
        .GroupBy(rule => (
            rule.Groups.FirstOrDefault(), rule.Resources.FirstOrDefault(), rule.Names.FirstOrDefault(),
            rule.Paths.IsEmpty ? null : rule.Paths[0] + "\n" + rule.Verbs[0])) // upstream puts verbs together for resources only
        .Select(group => Print(group.First() with { Verbs = [.. group.SelectMany(rule => rule.Verbs)] }))
        .Order(StringComparer.Ordinal));

    // A wanted rule without names wants all names; one that has both resources and paths is two.
    private static IEnumerable<RbacRule> TakeApart(RbacRule rule)
    {
        var names = rule.Names.IsEmpty ? [null] : rule.Names.Cast<string?>();
        var onResources =
            from @group in rule.Groups
            from resource in rule.Resources
            from verb in rule.Verbs
            from name in names
            select new RbacRule([verb], [@group], [resource], name is null ? [] : [name], []);
        var onPaths =
            from path in rule.Paths
            from verb in rule.Verbs
            select new RbacRule([verb], [], [], [], [path]);
        return onResources.Concat(onPaths);
    }

    private static bool Covers(RbacRule owned, RbacRule permission) => permission.Paths.IsEmpty
        ? HasAll(owned.Verbs, permission.Verbs) && HasAll(owned.Groups, permission.Groups) && CoversResource(owned, permission.Resources[0])
            && (owned.Names.IsEmpty || (!permission.Names.IsEmpty && owned.Names.Contains(permission.Names[0])))
        : HasAll(owned.Verbs, permission.Verbs) && CoversPath(owned, permission.Paths[0]);

    private static bool HasAll(ImmutableArray<string> owned, ImmutableArray<string> wanted) => owned.Contains("*") || wanted.All(item => owned.Contains(item));

    private static bool CoversResource(RbacRule owned, string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return owned.Resources.Contains("*")
            || owned.Resources.Contains(resource)
            || (slash >= 0 && owned.Resources.Contains("*" + resource[slash..]));
    }

    private static bool CoversPath(RbacRule owned, string path) => owned.Paths.Any(
        own => own == path || own == "*" || (own.EndsWith('*') && path.StartsWith(own.TrimEnd('*'), StringComparison.Ordinal)));

    // api/rbac/v1: PolicyRule.CompactString
    private static string Print(RbacRule rule)
    {
        var parts = new List<string>();
        Add("APIGroups", rule.Groups);
        Add("Resources", rule.Resources);
        Add("NonResourceURLs", rule.Paths);
        Add("ResourceNames", rule.Names);
        Add("Verbs", rule.Verbs);
        return $"{{{string.Join(", ", parts)}}}";

        void Add(string label, ImmutableArray<string> items)
        {
            if (!items.IsEmpty)
                parts.Add(new StringBuilder(label).Append(":[").AppendJoin(", ", items.Select(item => $"\"{item}\"")).Append(']').ToString());
        }
    }
}
