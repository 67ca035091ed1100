using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Batch;

namespace ControlPlane.Resources.Batch;

/// <summary>What a Job does about failed pods.</summary>
internal static class PodFailureChecks
{
    private const int MaxRules = 20; // batch/validation: maxPodFailurePolicyRules
    private const int MaxExitCodes = 255; // batch/validation: maxPodFailurePolicyOnExitCodesValues

    internal static void Check(PodFailurePolicy policy, JobSpec spec, FieldErrors at)
    {
        if (policy.Rules.Count > MaxRules)
            at.At("rules").TooMany(policy.Rules.Count, MaxRules);
        var containers = spec.Template.Spec.Containers.Concat(spec.Template.Spec.InitContainers).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < policy.Rules.Count; i++)
            Check(policy.Rules[i], spec, containers, at.At("rules", i));
    }

    private static void Check(PodFailurePolicyRule rule, JobSpec spec, HashSet<string> containers, FieldErrors at)
    {
        if (rule.Action.Length == 0)
            at.At("action").Required("valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]");
        else if (rule.Action == "FailIndex" && spec.BackoffLimitPerIndex is null)
            at.At("action").Invalid(rule.Action, "requires the backoffLimitPerIndex to be set");
        else
            at.At("action").OneOf(rule.Action, "Count", "FailIndex", "FailJob", "Ignore");
        if (rule.OnExitCodes is { } codes)
            CheckExitCodes(codes, containers, at.At("onExitCodes"));
        CheckConditions(rule.OnPodConditions, at.At("onPodConditions"));
        if (rule.OnExitCodes is not null && !rule.OnPodConditions.IsEmpty)
            InvalidWithoutValue(at, "specifying both OnExitCodes and OnPodConditions is not supported");
        if (rule.OnExitCodes is null && rule.OnPodConditions.IsEmpty)
            InvalidWithoutValue(at, "specifying one of OnExitCodes and OnPodConditions is required");
    }

    private static void CheckConditions(ValueList<PodFailurePolicyOnPodConditionsPattern> patterns, FieldErrors at)
    {
        if (patterns.Count > MaxRules)
            at.TooMany(patterns.Count, MaxRules);
        for (var i = 0; i < patterns.Count; i++)
        {
            at.At(i).At("type").Complain(patterns[i].Type, Names.QualifiedName(patterns[i].Type));
            if (patterns[i].Status.Length == 0)
                at.At(i).At("status").Required("valid values: [\"False\" \"True\" \"Unknown\"]");
            else
                at.At(i).At("status").OneOf(patterns[i].Status, "False", "True", "Unknown");
        }
    }

    private static void CheckExitCodes(PodFailurePolicyOnExitCodesRequirement codes, HashSet<string> containers, FieldErrors at)
    {
        if (codes.Operator.Length == 0)
            at.At("operator").Required("valid values: [\"In\" \"NotIn\"]");
        else
            at.At("operator").OneOf(codes.Operator, "In", "NotIn");
        if (codes.ContainerName is { } container && !containers.Contains(container))
            at.At("containerName").Invalid(container, "must be one of the container or initContainer names in the pod template");
        var values = codes.Values;
        if (values.IsEmpty)
            at.At("values").InvalidPrinted(Printed(values), "at least one value is required");
        else if (values.Count > MaxExitCodes)
            at.At("values").TooMany(values.Count, MaxExitCodes);
        var seen = new HashSet<int>();
        for (var i = 0; i < values.Count; i++)
        {
            if (codes.Operator == "In" && values[i] == 0)
                at.At("values", i).Invalid(0, "must not be 0 for the In operator");
            if (!seen.Add(values[i]))
                at.At("values", i).DuplicatePrinted(FormattableString.Invariant($"{values[i]}"));
        }

        if (!values.SequenceEqual(values.Order()))
            at.At("values").InvalidPrinted(Printed(values), "must be ordered");
    }

    private static string Printed(ValueList<int> values) => values.IsNil ? "null" : $"[{string.Join(",", values)}]";

    private static void InvalidWithoutValue(FieldErrors at, string detail) => at.Add(new FieldError("FieldValueInvalid", at.Path, $"Invalid value: {detail}"));
}
