using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization.Rbac;

namespace ControlPlane.ApiServer.Authorization;

/// <summary>An authorizer that can list what a user may do, for SelfSubjectRulesReviews and the checks against escalation.</summary>
internal interface IRuleResolver
{
    /// <summary>All rules that count for the user in the namespace.</summary>
    ResolvedRules RulesFor(UserInfo user, string @namespace);
}

/// <summary>What a user may do.</summary>
/// <param name="Rules">The rules, those about paths too.</param>
/// <param name="IsIncomplete">The user may be allowed more than can be listed.</param>
/// <param name="Error">What went wrong; "" for nothing.</param>
internal sealed record ResolvedRules(ImmutableArray<RbacRule> Rules, bool IsIncomplete, string Error);
