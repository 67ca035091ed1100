using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization.Rbac;

namespace ControlPlane.ApiServer.Authorization;

/// <summary>Asks authorizers in order; the first that has an opinion decides, and all their reasons together explain a no (apiserver: pkg/authorization/union).</summary>
internal sealed class AuthorizerChain(ImmutableArray<IAuthorizer> authorizers) : IAuthorizer, IRuleResolver
{
    /// <summary>THE list: system:masters, then the modes in the order given (kube-apiserver: --authorization-mode).</summary>
    /// <exception cref="ArgumentException">There is no such mode.</exception>
    public static AuthorizerChain Of(IEnumerable<string> modes, IAuthorizer node, IAuthorizer rbac) => new(
    [
        new MastersAuthorizer(),
        .. modes.Select(mode => mode switch
        {
            "Node" => node,
            "RBAC" => rbac,
            "AlwaysAllow" => FixedAuthorizer.AlwaysAllow,
            "AlwaysDeny" => FixedAuthorizer.AlwaysDeny,
            _ => throw new ArgumentException($"unknown authorization mode \"{mode}\" specified", nameof(modes)),
        }),
    ]);

    /// <inheritdoc/>
    public async ValueTask<Decision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancel)
    {
        List<string>? reasons = null;
        List<string>? errors = null;
        foreach (var authorizer in authorizers)
        {
            var decision = await authorizer.AuthorizeAsync(attributes, cancel);
            if (decision.Verdict != Verdict.NoOpinion)
                return decision;
            if (decision.Reason.Length > 0)
                (reasons ??= []).Add(decision.Reason);
            if (decision.Error.Length > 0)
                (errors ??= []).Add(decision.Error);
        }

        return Decision.NoOpinion(reasons is null ? "" : string.Join('\n', reasons), errors is null ? "" : string.Join(", ", errors));
    }

    /// <inheritdoc/>
    public ResolvedRules RulesFor(UserInfo user, string @namespace)
    {
        var all = authorizers.OfType<IRuleResolver>().Select(resolver => resolver.RulesFor(user, @namespace)).ToArray();
        return new ResolvedRules(
            [.. all.SelectMany(resolved => resolved.Rules)],
            all.Any(resolved => resolved.IsIncomplete),
            string.Join(", ", all.Select(resolved => resolved.Error).Where(error => error.Length > 0)));
    }
}
