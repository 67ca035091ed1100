using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Expressions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>What both kinds of webhooks have in common, so that it is checked once.</summary>
internal sealed record Webhook(
    string Name,
    WebhookClientConfig ClientConfig,
    ValueList<RuleWithOperations> Rules,
    string? FailurePolicy,
    string? MatchPolicy,
    LabelSelector? NamespaceSelector,
    LabelSelector? ObjectSelector,
    string? SideEffects,
    int? TimeoutSeconds,
    ValueList<string> AdmissionReviewVersions,
    ValueList<MatchCondition> MatchConditions,
    string? ReinvocationPolicy);

/// <summary>Checks of webhooks, in upstream's order (pkg/apis/admissionregistration/validation).</summary>
internal static class WebhookChecks
{
    private const int MaxTimeoutSeconds = 30;
    private static readonly string[] ReviewVersions = ["v1", "v1beta1"]; // upstream: AcceptedAdmissionReviewVersions

    /// <summary>Checks a list of webhooks.</summary>
    /// <param name="hooks">The webhooks.</param>
    /// <param name="knewVersions">Did each of the webhooks before the change know a version of reviews? A new one must.</param>
    /// <param name="at">Where the list stands.</param>
    internal static void Check(IEnumerable<Webhook> hooks, bool knewVersions, FieldErrors at)
    {
        var expressions = ExpressionCheck.OfAdmission(hasParameters: false, hasAuthorizer: true, hasVariables: false);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var i = 0;
        foreach (var hook in hooks)
        {
            CheckHook(hook, expressions, at.At(i));
            CheckVersions(hook.AdmissionReviewVersions, knewVersions, at.At(i).At("admissionReviewVersions"));
            if (hook.Name.Length > 0 && !names.Add(hook.Name))
                at.At(i).At("name").Duplicate(hook.Name);
            i++;
        }
    }

    /// <summary>Does each know a version of reviews that the server sends?</summary>
    internal static bool KnowVersions(IEnumerable<ValueList<string>> versions) => versions.All(known => known.Any(version => ReviewVersions.Contains(version)));

    private static void CheckHook(Webhook hook, ExpressionCheck expressions, FieldErrors at)
    {
        CheckName(hook.Name, at.At("name"));
        for (var i = 0; i < hook.Rules.Count; i++)
        {
            var rule = hook.Rules[i];
            AdmissionRuleChecks.Check(rule.Operations, rule.ApiGroups, rule.ApiVersions, rule.Resources, rule.Scope, at.At("rules", i));
        }

        if (hook.FailurePolicy is { } failure)
            at.At("failurePolicy").OneOf(failure, "Fail", "Ignore");
        if (hook.MatchPolicy is { } match)
            at.At("matchPolicy").OneOf(match, "Equivalent", "Exact");
        if (hook.SideEffects is { } effects)
            at.At("sideEffects").OneOf(effects, "None", "NoneOnDryRun");
        else
            at.At("sideEffects").Required("must specify one of None, NoneOnDryRun");
        if (hook.TimeoutSeconds is { } seconds && seconds is < 1 or > MaxTimeoutSeconds)
            at.At("timeoutSeconds").Invalid(hook.TimeoutSeconds!.Value, "the timeout value must be between 1 and 30 seconds");
        at.At("namespaceSelector").Selector(hook.NamespaceSelector);
        at.At("objectSelector").Selector(hook.ObjectSelector);
        CheckClient(hook.ClientConfig, at.At("clientConfig"));
        if (hook.ReinvocationPolicy is { } again)
            at.At("reinvocationPolicy").OneOf(again, "IfNeeded", "Never");
        AdmissionRuleChecks.CheckConditions(hook.MatchConditions, expressions, at.At("matchConditions"));
    }

    private static void CheckName(string name, FieldErrors at)
    {
        if (name.Length == 0)
        {
            at.Required();
            return;
        }

        var before = at.All.Count;
        at.Complain(name, Names.Subdomain(name));
        if (at.All.Count == before && name.Split('.').Length < 3)
            at.Invalid(name, "should be a domain with at least three segments separated by dots");
    }

    private static void CheckVersions(ValueList<string> versions, bool mustKnow, FieldErrors at)
    {
        if (versions.IsEmpty)
        {
            at.Required("must specify one of v1, v1beta1");
            return;
        }

        for (var i = 0; i < versions.Count; i++)
        {
            if (versions.FindIndex(version => version == versions[i]) < i)
                at.At(i).Invalid(versions[i], "duplicate version");
            else
                at.At(i).Complain(versions[i], Names.Label1035(versions[i]));
        }

        if (mustKnow && !KnowVersions([versions]))
            at.InvalidPrinted($"[{string.Join(",", versions.Select(FieldErrors.Quote))}]", "must include at least one of v1, v1beta1");
    }

    private static void CheckClient(WebhookClientConfig client, FieldErrors at)
    {
        if (client.Url is null == client.Service is null)
            at.Required("exactly one of url or service is required");
        else if (client.Url is { } url)
            WebhookAddressChecks.CheckUrl(url, at.At("url"));
        else if (client.Service is { } service)
            WebhookAddressChecks.CheckService(service.Name, service.Namespace, service.Path, service.Port ?? 443, at.At("service"));
    }
}
