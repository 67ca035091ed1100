using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.FlowControl;

namespace ControlPlane.Resources.FlowControl;

/// <summary>Checks of the rules by which requests match a flow schema.</summary>
internal static class FlowRuleChecks
{
    private const string All = "*";
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

    internal static void Check(PolicyRulesWithSubjects rule, FieldErrors at)
    {
        if (rule.Subjects.IsEmpty)
            at.At("subjects").Required("subjects must contain at least one value");
        for (var i = 0; i < rule.Subjects.Count; i++)
            CheckSubject(rule.Subjects[i], at.At("subjects", i));
        if (rule.ResourceRules.IsEmpty && rule.NonResourceRules.IsEmpty)
            at.Required("at least one of resourceRules and nonResourceRules has to be non-empty");
        for (var i = 0; i < rule.ResourceRules.Count; i++)
            CheckResourceRule(rule.ResourceRules[i], at.At("resourceRules", i));
        for (var i = 0; i < rule.NonResourceRules.Count; i++)
            CheckNonResourceRule(rule.NonResourceRules[i], at.At("nonResourceRules", i));
    }

    private static void CheckSubject(Subject subject, FieldErrors at)
    {
        switch (subject.Kind)
        {
            case "ServiceAccount":
                CheckServiceAccount(subject.ServiceAccount, at.At("serviceAccount"));
                Forbid(subject.User, "user", subject, at);
                Forbid(subject.Group, "group", subject, at);
                break;
            case "User":
                CheckName(subject.User?.Name, "user", subject, at);
                Forbid(subject.ServiceAccount, "serviceAccount", subject, at);
                Forbid(subject.Group, "group", subject, at);
                break;
            case "Group":
                CheckName(subject.Group?.Name, "group", subject, at);
                Forbid(subject.ServiceAccount, "serviceAccount", subject, at);
                Forbid(subject.User, "user", subject, at);
                break;
            default:
                at.At("kind").NotSupported(subject.Kind, "Group", "ServiceAccount", "User");
                break;
        }
    }

    private static void Forbid(object? value, string field, Subject subject, FieldErrors at)
    {
        if (value is not null)
            at.At(field).Forbidden($"{field} is forbidden when subject kind is not '{char.ToUpperInvariant(field[0])}{field[1..]}'");
        _ = subject;
    }

    private static void CheckName(string? name, string field, Subject subject, FieldErrors at)
    {
        if (name is null)
            at.At(field).Required($"{field} is required when subject kind is '{subject.Kind}'");
        else if (name.Length == 0)
            at.At(field).At("name").Required();
    }

    private static void CheckServiceAccount(ServiceAccountSubject? account, FieldErrors at)
    {
        if (account is null)
        {
            at.Required("serviceAccount is required when subject kind is 'ServiceAccount'");
            return;
        }

        if (account.Name.Length == 0)
            at.At("name").Required();
        else if (account.Name != All)
            at.At("name").Complain(account.Name, Names.Subdomain(account.Name));
        if (account.Namespace.Length == 0)
            at.At("namespace").Required("must specify namespace for service account");
        else
            at.At("namespace").Complain(account.Namespace, Names.Label(account.Namespace));
    }

    private static void CheckResourceRule(ResourcePolicyRule rule, FieldErrors at)
    {
        CheckVerbs(rule.Verbs, at.At("verbs"));
        CheckAlone(rule.ApiGroups, "resource rules must supply at least one api group", "if '*' is present, must not specify other api groups", at.At("apiGroups"));
        CheckAlone(rule.Resources, "resource rules must supply at least one resource", "if '*' is present, must not specify other resources", at.At("resources"));
        if (rule.Namespaces.IsEmpty && !rule.ClusterScope)
            at.At("namespaces").Required("resource rules that are not cluster scoped must supply at least one namespace");
        else if (rule.Namespaces.Count > 1 && rule.Namespaces.Contains(All))
            at.At("namespaces").InvalidPrinted(Print(rule.Namespaces), "if '*' is present, must not specify other namespaces");
        else
        {
            for (var i = 0; i < rule.Namespaces.Count; i++)
            {
                if (rule.Namespaces[i] == All)
                    continue;
                foreach (var complaint in Names.Label(rule.Namespaces[i]))
                    at.At("namespaces", i).Invalid(rule.Namespaces[i], "each member of this list must be '*' or a DNS-1123 label; " + complaint);
            }
        }
    }

    private static void CheckNonResourceRule(NonResourcePolicyRule rule, FieldErrors at)
    {
        CheckVerbs(rule.Verbs, at.At("verbs"));
        CheckAlone(rule.NonResourceURLs, "nonResourceURLs must contain at least one value", "if '*' is present, must not specify other non-resource URLs", at.At("nonResourceURLs"));
        if (rule.NonResourceURLs.Count > 1 && rule.NonResourceURLs.Contains(All))
            return;
        for (var i = 0; i < rule.NonResourceURLs.Count; i++)
            CheckPath(rule.NonResourceURLs[i], at.At("nonResourceURLs", i));
    }

    private static void CheckPath(string path, FieldErrors at)
    {
        if (path.Length == 0)
            at.Invalid(path, "must not be empty");
        else if (path is "/" or All)
            return;
        else if (path[0] != '/')
            at.Invalid(path, "must start with slash");
        else if (path.Contains(' ', StringComparison.Ordinal))
            at.Invalid(path, "must not contain white-space");
        else if (path.Contains("//", StringComparison.Ordinal))
            at.Invalid(path, "must not contain double slash");
        else if (path.IndexOf('*', StringComparison.Ordinal) is >= 0 and var star && (star != path.Length - 1 || path[star - 1] != '/'))
            at.Invalid(path, "wildcard can only do suffix matching");
    }

    private static void CheckVerbs(ValueList<string> verbs, FieldErrors at)
    {
        if (verbs.IsEmpty)
            at.Required("verbs must contain at least one value");
        else if (verbs.Contains(All))
        {
            if (verbs.Count > 1)
                at.InvalidPrinted(Print(verbs), "if '*' is present, must not specify other verbs");
        }
        else if (verbs.Any(verb => !Verbs.Contains(verb)))
            at.NotSupportedPrinted(Print(verbs), Verbs);
    }

    private static void CheckAlone(ValueList<string> values, string required, string alone, FieldErrors at)
    {
        if (values.IsEmpty)
            at.Required(required);
        else if (values.Count > 1 && values.Contains(All))
            at.InvalidPrinted(Print(values), alone);
    }

    private static string Print(ValueList<string> values) => $"[{string.Join(",", values.Select(FieldErrors.Quote))}]";
}
