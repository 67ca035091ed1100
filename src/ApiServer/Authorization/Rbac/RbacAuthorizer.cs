using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;

namespace ControlPlane.ApiServer.Authorization.Rbac;

/// <summary>Allows what a role allows that a binding gives to the user or one of the groups; never denies (plugin/pkg/auth/authorizer/rbac).</summary>
internal sealed class RbacAuthorizer(RbacPolicy policy) : IAuthorizer, IRuleResolver
{
    /// <inheritdoc/>
    public ValueTask<Decision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancel) => new(Authorize(attributes));

    /// <summary>Decides, from the roles and bindings of this moment.</summary>
    public Decision Authorize(AuthorizationAttributes attributes)
    {
        var snapshot = policy.Current;
        List<string>? errors = null;
        foreach (var grant in snapshot.GrantsTo(attributes.User, attributes.Namespace))
        {
            if (snapshot.RulesOf(grant.Role) is not { } rules)
            {
                (errors ??= []).Add(NotFound(grant.Role));
                continue;
            }

            foreach (var rule in rules)
            {
                if (rule.Allows(attributes))
                    return Decision.Allow(grant.Reason);
            }
        }

        return errors is null ? Decision.NoOpinion() : Decision.NoOpinion($"RBAC: {Aggregate(errors)}");
    }

    /// <inheritdoc/>
    public ResolvedRules RulesFor(UserInfo user, string @namespace)
    {
        var snapshot = policy.Current;
        var found = ImmutableArray.CreateBuilder<RbacRule>();
        var errors = new List<string>();
        foreach (var grant in snapshot.GrantsTo(user, @namespace))
        {
            if (snapshot.RulesOf(grant.Role) is { } rules)
                found.AddRange(rules);
            else
                errors.Add(NotFound(grant.Role));
        }

        return new ResolvedRules(found.ToImmutable(), false, Aggregate(errors));
    }

    /// <summary>What is said of a binding whose role is missing.</summary>
    internal static string NotFound(RoleKey role) => $"{role.Kind.ToLowerInvariant()}.rbac.authorization.k8s.io \"{role.Name}\" not found";

    // apimachinery: utilerrors.Aggregate prints each different error once, and brackets only where there are several
    private static string Aggregate(List<string> errors) => errors.Distinct().ToArray() switch
    {
        [] => "",
        [var one] => one,
        var many => $"[{string.Join(", ", many)}]",
    };
}
