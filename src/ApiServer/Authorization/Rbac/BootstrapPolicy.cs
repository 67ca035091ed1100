using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>The roles and bindings that every cluster begins with: read from <c>bootstrap-rbac.txt</c>, whose head explains its form.</summary>
/// <remarks>
/// Aggregated roles (admin, edit, view) already have the rules that the clusterrole-aggregation controller would give them, so that they work
/// from the first moment.
/// </remarks>
internal static class BootstrapPolicy
{
    private const string File = "ControlPlane.ApiServer.Authorization.Rbac.bootstrap-rbac.txt";
    private static readonly Lazy<(ImmutableArray<BootstrapRole> Roles, ImmutableArray<RbacBinding> Bindings)> Parsed = new(Parse);

    /// <summary>The roles, cluster roles first.</summary>
    public static ImmutableArray<BootstrapRole> Roles => Parsed.Value.Roles;

    /// <summary>The bindings, cluster role bindings first.</summary>
    public static ImmutableArray<RbacBinding> Bindings => Parsed.Value.Bindings;

    private static (ImmutableArray<BootstrapRole> Roles, ImmutableArray<RbacBinding> Bindings) Parse()
    {
        var roles = new List<BootstrapRole>();
        var bindings = new List<RbacBinding>();
        foreach (var words in Lines())
        {
            switch (words)
            {
                case ["clusterrole", var name]: roles.Add(BootstrapRole.Empty("", name)); break;
                case ["role", var @namespace, var name]: roles.Add(BootstrapRole.Empty(@namespace, name)); break;
                case ["clusterbinding", var name, _, var role]: bindings.Add(new RbacBinding("", name, new RoleKey("", role), [])); break;
                case ["binding", var @namespace, var name, var kind, var role]:
                    bindings.Add(new RbacBinding(@namespace, name, new RoleKey(kind == "ClusterRole" ? "" : @namespace, role), []));
                    break;
                case ["to", ..]: bindings[^1] = bindings[^1] with { Subjects = bindings[^1].Subjects.Add(Subject(words)) }; break;
                default: roles[^1] = With(roles[^1], words); break;
            }
        }

        return ([.. Aggregate(roles)], [.. bindings]);
    }

    private static BootstrapRole With(BootstrapRole role, string[] words) => words switch
    {
        ["label", var pair] => role with { Labels = role.Labels.Add(Pair(pair)) },
        ["aggregates", var pair] => role with { Aggregates = role.Aggregates.Add(Pair(pair)) },
        ["allow", var verbs, var groups, var resources, .. var names] =>
            role with { Rules = role.Rules.Add(new RbacRule(List(verbs), List(groups), List(resources), names is [var some] ? List(some) : [], [])) },
        ["path", var verbs, var paths] => role with { Rules = role.Rules.Add(new RbacRule(List(verbs), [], [], [], List(paths))) },
        _ => throw new FormatException($"{File}: {string.Join(' ', words)}"),
    };

    // Roles that aggregate may be aggregated themselves (view is in edit, edit in admin): go on until nothing changes.
    private static List<BootstrapRole> Aggregate(List<BootstrapRole> roles)
    {
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = 0; i < roles.Count; i++)
            {
                if (roles[i].Aggregates.IsEmpty)
                    continue;
                var union = Union(roles[i], roles);
                changed |= union.Length != roles[i].Rules.Length;
                roles[i] = roles[i] with { Rules = union };
            }
        }

        return roles;
    }

    // pkg/controller/clusterroleaggregation: by name, equal rules once
    private static ImmutableArray<RbacRule> Union(BootstrapRole role, List<BootstrapRole> roles) =>
    [
        .. roles
            .Where(other => other.Key != role.Key && role.Aggregates.Any(wanted => other.Labels.Contains(wanted)))
            .OrderBy(other => other.Key.Name, StringComparer.Ordinal)
            .SelectMany(other => other.Rules)
            .Distinct(),
    ];

    private static RbacSubject Subject(string[] words) => words switch
    {
        ["to", "ServiceAccount", var @namespace, var name] => new RbacSubject("ServiceAccount", @namespace, name),
        ["to", var kind, var name] => new RbacSubject(kind, "", name),
        _ => throw new FormatException($"{File}: {string.Join(' ', words)}"),
    };

    private static ImmutableArray<string> List(string text) => [.. text.Split(',').Select(item => item == "-" ? "" : item)];

    private static KeyValuePair<string, string> Pair(string text) => text.Split('=') switch
    {
        [var key, var value] => new(key, value),
        _ => throw new FormatException($"{File}: {text}"),
    };

    private static IEnumerable<string[]> Lines()
    {
        using var stream = typeof(BootstrapPolicy).Assembly.GetManifestResourceStream(File)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                yield return line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
    }
}

/// <summary>A role of the first start.</summary>
/// <param name="Key">Which one.</param>
/// <param name="Labels">Its labels beside the one that all have.</param>
/// <param name="Aggregates">It collects the rules of roles with one of these labels.</param>
/// <param name="Rules">What it allows.</param>
internal sealed record BootstrapRole(
    RoleKey Key, ImmutableArray<KeyValuePair<string, string>> Labels, ImmutableArray<KeyValuePair<string, string>> Aggregates, ImmutableArray<RbacRule> Rules)
{
    internal static BootstrapRole Empty(string @namespace, string name) => new(new RoleKey(@namespace, name), [], [], []);
}
