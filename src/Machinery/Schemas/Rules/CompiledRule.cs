using System.Text.RegularExpressions;
using ControlPlane.Cel;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Schemas.Structural;

namespace ControlPlane.Machinery.Schemas.Rules;

/// <summary>A rule that can be evaluated, or what is wrong with it.</summary>
/// <param name="Source">As it was written.</param>
/// <param name="Program">The condition; null where something is wrong with it.</param>
/// <param name="Message">Computes what is told; null where nothing does, or something is wrong with it.</param>
/// <param name="Problem">What is wrong with the condition, in upstream's words.</param>
/// <param name="MessageProblem">What is wrong with the message's expression.</param>
/// <param name="UsesOldSelf">Is it about a change?</param>
public sealed partial record CompiledRule(ValidationRuleText Source, CelProgram? Program, CelProgram? Message, string? Problem, string? MessageProblem, bool UsesOldSelf)
{
    /// <summary>May it be evaluated without an old value?</summary>
    public bool IsOldSelfOptional => Source.IsOldSelfOptional is true;

    /// <summary>What stands for the rule in messages.</summary>
    public string Shown => Source.Message.Length > 0 ? Source.Message.Trim() : Source.Rule.Trim();

    internal static CompiledRule Of(ValidationRuleText rule, StructuralSchema schema, SchemaTypes types)
    {
        var self = types.TypeOf(schema);
        var environment = RuleLanguage.For(types, self, rule.IsOldSelfOptional is true ? CelType.Optional(self) : self);
        var condition = environment.Compile(rule.Rule);
        var problem = condition.Program is null ? $"compilation failed: {CelIssue.Format(condition.Issues)}"
            : condition.ResultType.Equals(CelType.Bool) || condition.ResultType.IsDyn ? null
            : "must evaluate to a bool";
        var usesOld = SpeaksOfOldSelf().IsMatch(rule.Rule);
        if (rule.MessageExpression.Trim().Length == 0)
            return new(rule, problem is null ? condition.Program : null, null, problem, null, usesOld);
        var message = environment.Compile(rule.MessageExpression);
        var messageProblem = message.Program is null ? $"messageExpression compilation failed: {CelIssue.Format(message.Issues)}"
            : message.ResultType.Equals(CelType.String) ? null
            : "messageExpression must evaluate to a string";
        return new(rule, problem is null ? condition.Program : null, messageProblem is null ? message.Program : null, problem, messageProblem, usesOld);
    }

    [GeneratedRegex(@"\boldSelf\b")]
    private static partial Regex SpeaksOfOldSelf();
}
