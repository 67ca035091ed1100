using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Expressions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>What policies share among themselves, and bindings of policies.</summary>
internal static class AdmissionPolicyChecks
{
    internal static void CheckParamKind(ParamKind kind, FieldErrors at)
    {
        if (kind.ApiVersion.Length == 0)
            at.At("apiVersion").Required();
        else if (!GroupVersion.TryParse(kind.ApiVersion, out var version))
            at.At("apiVersion").Invalid(kind.ApiVersion, "unexpected GroupVersion string: " + kind.ApiVersion);
        else
        {
            if (version.Group.Length > 0)
                at.At("apiVersion").Complain(version.Group, Names.Subdomain(version.Group));
            at.At("apiVersion").Complain(version.Version, Names.Label1035(version.Version));
        }

        if (kind.Kind.Length == 0)
            at.At("kind").Required();
        else
        {
#pragma warning disable CA1308 // upstream: the kind is checked in lower case
            foreach (var complaint in Names.Label1035(kind.Kind.ToLowerInvariant()))
                at.At("kind").Invalid(kind.Kind, "may have mixed case, but should otherwise match: " + complaint);
#pragma warning restore CA1308
        }
    }

    internal static void CheckMatch(MatchResources match, FieldErrors at)
    {
        if (match.NamespaceSelector is null)
            at.At("namespaceSelector").Required();
        at.At("namespaceSelector").Selector(match.NamespaceSelector);
        if (match.ObjectSelector is null)
            at.At("objectSelector").Required();
        at.At("objectSelector").Selector(match.ObjectSelector);
        CheckRules(match.ResourceRules, at.At("resourceRules"));
        CheckRules(match.ExcludeResourceRules, at.At("excludeResourceRules"));
        if (match.MatchPolicy is { } policy)
            at.At("matchPolicy").OneOf(policy, "Equivalent", "Exact");
        else
            at.At("matchPolicy").Required();
    }

    /// <summary>An expression that must give something.</summary>
    internal static void CheckExpression(string expression, ExpressionResult result, ExpressionCheck expressions, FieldErrors at)
    {
        if (expressions.Check(expression, result) is { } problem)
            at.Invalid(expression, problem);
    }

    /// <summary>Variables, each of which may use those before it; what is well becomes known to the expressions.</summary>
    internal static void CheckVariables(ValueList<Variable> variables, ExpressionCheck expressions, FieldErrors at)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            var (variable, place) = (variables[i], at.At(i));
            if (variable.Name.Trim().Length == 0)
                place.At("name").Required("name is not specified");
            else if (!IsIdentifier(variable.Name))
                place.At("name").Invalid(variable.Name, "name is not a valid CEL identifier");
            if (variable.Name.Length > 0 && variables.FindIndex(other => other.Name == variable.Name) < i)
                place.At("name").Duplicate(variable.Name);
            if (variable.Expression.Trim().Length == 0)
                place.At("expression").Required("expression is not specified");
            else if (expressions.Declare(variable.Name, variable.Expression) is { } problem)
                place.At("expression").Invalid(variable.Expression, problem);
        }
    }

    internal static void CheckBinding(string policyName, ParamRef? param, FieldErrors spec)
    {
        if (policyName.Length == 0)
            spec.At("policyName").Required();
        else
            spec.At("policyName").Complain(policyName, Names.Subdomain(policyName));
        if (param is not null)
            CheckParam(param, spec.At("paramRef"));
    }

    private static void CheckParam(ParamRef param, FieldErrors at)
    {
        if (param.Name.Length > 0)
        {
            at.At("name").Complain(param.Name, Names.PathSegment(param.Name, false));
            if (param.Selector is not null)
            {
                at.At("name").Forbidden("name and selector are mutually exclusive");
                at.At("selector").Forbidden("name and selector are mutually exclusive");
            }
        }

        at.At("selector").Selector(param.Selector);
        if (param is { Name.Length: 0, Selector: null })
            at.Required("one of name or selector must be specified");
        if (string.IsNullOrEmpty(param.ParameterNotFoundAction))
            at.At("parameterNotFoundAction").Required();
        else
            at.At("parameterNotFoundAction").OneOf(param.ParameterNotFoundAction, "Deny", "Allow");
    }

    private static void CheckRules(ValueList<NamedRuleWithOperations> rules, FieldErrors at)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var (rule, place) = (rules[i], at.At(i));
            for (var j = 0; j < rule.ResourceNames.Count; j++)
            {
                place.At("resourceNames", j).Complain(rule.ResourceNames[j], Names.PathSegment(rule.ResourceNames[j], false));
                if (rule.ResourceNames.FindIndex(name => name == rule.ResourceNames[j]) < j)
                    place.At("resourceNames", j).Duplicate(rule.ResourceNames[j]);
            }

            AdmissionRuleChecks.Check(rule.Operations, rule.ApiGroups, rule.ApiVersions, rule.Resources, rule.Scope, place);
        }
    }

    private static bool IsIdentifier(string name) =>
        (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
