using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>What webhooks and policies leave out means the same for all of them.</summary>
internal static class AdmissionDefaults
{
    internal const int TimeoutSeconds = 10; // upstream: pkg/apis/admissionregistration/v1, SetDefaults_ValidatingWebhook

    internal static ValueList<RuleWithOperations> WithScopes(ValueList<RuleWithOperations> rules) =>
        rules.DefaultEach(rule => rule.Scope is null ? rule with { Scope = "*" } : rule);

    internal static WebhookClientConfig WithPort(WebhookClientConfig client) => client.Service is { Port: null } service
        ? client with { Service = service with { Port = 443 } }
        : client;

    internal static MatchResources? WithDefaults(MatchResources? match) => match is null ? null : match with
    {
        MatchPolicy = match.MatchPolicy ?? "Equivalent",
        NamespaceSelector = match.NamespaceSelector ?? new LabelSelector(),
        ObjectSelector = match.ObjectSelector ?? new LabelSelector(),
        ResourceRules = WithScopes(match.ResourceRules),
        ExcludeResourceRules = WithScopes(match.ExcludeResourceRules),
    };

    private static ValueList<NamedRuleWithOperations> WithScopes(ValueList<NamedRuleWithOperations> rules) =>
        rules.DefaultEach(rule => rule.Scope is null ? rule with { Scope = "*" } : rule);
}
