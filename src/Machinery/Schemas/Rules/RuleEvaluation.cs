using ControlPlane.Cel;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Rules;

/// <summary>One evaluation of a schema's rules against one object, within the budget for all of them (apiextensions: pkg/apiserver/schema/cel/validation.go).</summary>
internal sealed class RuleEvaluation(SchemaTypes types, CancellationToken cancel)
{
    // apiextensions: pkg/apiserver/schema/cel, maxMessageLength
    private const int MessageCharactersMax = 5 * 1024;

    private readonly SchemaValues _values = new(types);
    private long _budget = RuleLanguage.CostOfAllMax;

    /// <summary>Evaluates the rules of a node and of all below it, as long as there is something left to spend.</summary>
    public void Check(SchemaRules rules, TreeValue value, TreeValue? old, FieldErrors errors)
    {
        if (value.IsNull && rules.Schema.IsNullable)
            return;
        Own(rules, value, old, errors);
        switch (value)
        {
            case TreeObject members:
                foreach (var (name, member) in members)
                {
                    if (_budget < 0)
                        return;
                    var earlier = (old as TreeObject)?[name];
                    if (rules.Properties.GetValueOrDefault(name) is { } property)
                        Check(property, member, earlier, errors.At(name));
                    else if (rules.Values is { } each && !rules.Schema.Properties.ContainsKey(name))
                        Check(each, member, earlier, errors.Key(name));
                }

                break;
            case TreeList items when rules.Items is { } item:
                var known = old is TreeList before ? ItemCorrelation.Of(before, rules.Schema) : null;
                for (var index = 0; index < items.Count && _budget >= 0; index++)
                    Check(item, items[index], known?.Find(items[index]), errors.At(index));
                break;
        }
    }

    private void Own(SchemaRules rules, TreeValue value, TreeValue? old, FieldErrors errors)
    {
        foreach (var rule in rules.Own)
        {
            if (_budget < 0)
                return;
            if (rule.Program is null)
                Invalid(errors, $"rule compile error: {rule.Problem}");
            else if (!rule.UsesOldSelf || old is not null || rule.IsOldSelfOptional)
                Evaluate(rule, rules, value, old, errors);
        }
    }

    private void Evaluate(CompiledRule rule, SchemaRules rules, TreeValue value, TreeValue? old, FieldErrors errors)
    {
        var variables = new SelfVariables(_values.Of(value, rules.Schema), OldOf(rule, rules.Schema, old));
        var outcome = rule.Program!.Evaluate(variables, RuleLanguage.CostOfOneMax, cancel);
        _budget -= outcome.Cost;
        if (_budget < 0)
        {
            Invalid(errors, "validation failed due to running out of cost budget, no further validation rules will be run");
            return;
        }

        if (outcome.Value.IsTrue || (!rule.UsesOldSelf && old is not null && value.Equals(old)))
            return;
        if (outcome.Value.IsError)
            Failed(outcome.Value.AsError.Message, rule, errors);
        else
            Told(rule, variables, errors);
    }

    private CelValue? OldOf(CompiledRule rule, StructuralSchema schema, TreeValue? old) => (old, rule.IsOldSelfOptional) switch
    {
        (null, true) => CelValue.None,
        (null, false) => null,
        ({ } there, true) => CelValue.Some(_values.Of(there, schema)),
        ({ } there, false) => _values.Of(there, schema),
    };

    private void Failed(string message, CompiledRule rule, FieldErrors errors)
    {
        if (message.StartsWith("no such overload", StringComparison.Ordinal))
            Invalid(errors, $"'{message}': call arguments did not match a supported operator, function or macro signature for rule: {rule.Shown}");
        else if (message.StartsWith("operation cancelled: actual cost limit exceeded", StringComparison.Ordinal))
        {
            Invalid(errors, $"'{message}': no further validation rules will be run due to call cost exceeds limit for rule: {rule.Shown}");
            _budget = -1;
        }
        else
            Invalid(errors, $"{message} evaluating rule: {rule.Shown}");
    }

    private void Told(CompiledRule rule, SelfVariables variables, FieldErrors errors)
    {
        var text = MessageOf(rule, variables);
        var at = rule.Source.FieldPath.Length == 0 ? errors : Below(errors, rule.Source.FieldPath);
        switch (rule.Source.Reason)
        {
            case "FieldValueForbidden":
                at.Forbidden(text);
                break;
            case "FieldValueRequired":
                at.Required(text);
                break;
            case "FieldValueDuplicate":
                at.Add(new FieldError("FieldValueDuplicate", at.Path, "Duplicate value"));
                break;
            default:
                Invalid(at, text);
                break;
        }
    }

    private string MessageOf(CompiledRule rule, SelfVariables variables)
    {
        if (rule.Message is { } expression)
        {
            var outcome = expression.Evaluate(variables, RuleLanguage.CostOfOneMax, cancel);
            _budget -= outcome.Cost;
            // A message that is none falls back to what is written.
            if (outcome.Value.Kind == CelKind.String && outcome.Value.AsString.Trim() is { Length: > 0 and <= MessageCharactersMax } text && !text.Contains('\n'))
                return text;
        }

        return rule.Source.Message.Trim() is { Length: > 0 } message ? message : $"failed rule: {rule.Shown}";
    }

    // ".spec.x", "['a.b']": fields only
    private static FieldErrors Below(FieldErrors errors, string path)
    {
        foreach (var name in path.Replace("['", ".", StringComparison.Ordinal).Replace("']", "", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
            errors = errors.At(name);
        return errors;
    }

    // The value is not printed: rules are about whole objects (apimachinery: field.OmitValueType).
    private static void Invalid(FieldErrors errors, string detail) => errors.Add(new FieldError("FieldValueInvalid", errors.Path, $"Invalid value: {detail}"));

    private sealed class SelfVariables(CelValue self, CelValue? oldSelf) : ICelVariables
    {
        public bool TryGet(string name, out CelValue value)
        {
            value = name == "self" ? self : oldSelf ?? default;
            return name == "self" || (name == "oldSelf" && oldSelf is not null);
        }
    }
}
