using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Rules;
using ControlPlane.Machinery.Schemas.Structural;

namespace ControlPlane.Resources.ApiExtensions;

/// <summary>Rules must say something, and their messages must fit a line (apiextensions: pkg/apis/apiextensions/validation).</summary>
internal static class RuleTextChecks
{
    /// <summary>Finds what is wrong with the rules of one node.</summary>
    /// <param name="schema">The node.</param>
    /// <param name="isObject">Does it describe whole objects?</param>
    /// <param name="uncorrelated">Where above begins what cannot be told apart from one version to the next; null for nowhere.</param>
    /// <param name="at">The list of its rules.</param>
    public static void Check(StructuralSchema schema, bool isObject, string? uncorrelated, FieldErrors at)
    {
        var compiled = schema.Rules.IsEmpty ? default : SchemaRules.OfNode(schema, isObject);
        for (var i = 0; i < schema.Rules.Length; i++)
        {
            var (rule, place) = (schema.Rules[i], at.At(i));
            var (text, message) = (rule.Rule.Trim(), rule.Message.Trim());
            if (text.Length == 0)
                place.At("rule").Required("rule is not specified");
            else if (rule.Message.Length > 0 && message.Length == 0)
                place.At("message").Invalid(rule.Message, "message must be non-empty if specified");
            else if (HasLineBreaks(message))
                place.At("message").Invalid(rule.Message, "message must not contain line breaks");
            else if (HasLineBreaks(text) && message.Length == 0)
                place.At("message").Required("message must be specified if rule contains line breaks");
            if (rule.MessageExpression.Length > 0 && rule.MessageExpression.Trim().Length == 0)
                place.At("messageExpression").Required("messageExpression must be non-empty if specified");
            CheckMeaning(rule, compiled.IsDefaultOrEmpty ? null : compiled[i], uncorrelated, place);
            if (rule.Reason is not ("" or "FieldValueDuplicate" or "FieldValueForbidden" or "FieldValueInvalid" or "FieldValueRequired"))
                place.At("reason").NotSupported(rule.Reason, "FieldValueRequired", "FieldValueForbidden", "FieldValueInvalid", "FieldValueDuplicate");
        }
    }

    private static void CheckMeaning(ValidationRuleText rule, CompiledRule? compiled, string? uncorrelated, FieldErrors at)
    {
        if (compiled is null || rule.Rule.Trim().Length == 0)
            return;
        if (compiled.Problem is { } problem)
            at.At("rule").InvalidPrinted($"{{\"Rule\":{FieldErrors.Quote(rule.Rule)}}}", problem);
        if (compiled.MessageProblem is { } messageProblem)
            at.At("messageExpression").InvalidPrinted($"{{\"Rule\":{FieldErrors.Quote(rule.Rule)}}}", messageProblem);
        if (compiled.UsesOldSelf && uncorrelated is not null)
            at.At("rule").Invalid(rule.Rule, $"oldSelf cannot be used on the uncorrelatable portion of the schema within {uncorrelated}");
        if (!compiled.UsesOldSelf && rule.IsOldSelfOptional is not null)
            at.At("optionalOldSelf").Invalid(rule.IsOldSelfOptional.Value, "may not be set if oldSelf is not used in rule");
    }

    private static bool HasLineBreaks(string text) => text.AsSpan().IndexOfAny('\n', '\r') >= 0;
}
