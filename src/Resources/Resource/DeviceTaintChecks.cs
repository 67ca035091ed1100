using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>What keeps devices from being given away, what puts up with it, and what must come true before a pod is bound (pkg/apis/resource/validation).</summary>
internal static class DeviceTaintChecks
{
    private const int MaxConditions = 4; // upstream: BindingConditionsMaxSize, BindingFailureConditionsMaxSize
    private static readonly string[] Effects = ["NoExecute", "NoSchedule", "None"];

    internal static void CheckTaint(DeviceTaint taint, FieldErrors at)
    {
        at.At("key").Complain(taint.Key, Names.QualifiedName(taint.Key));
        if (taint.Value.Length > 0)
            at.At("value").Complain(taint.Value, Names.LabelValue(taint.Value));
        at.At("effect").RequiredOneOf(taint.Effect, Effects);
    }

    internal static void CheckTolerations(ValueList<DeviceToleration> tolerations, FieldErrors at)
    {
        for (var i = 0; i < tolerations.Count; i++)
            CheckToleration(tolerations[i], at.At(i));
    }

    /// <summary>Conditions that must all come true, and those of which none may: neither list without the other.</summary>
    internal static void CheckBinding(ValueList<string> conditions, ValueList<string> failures, FieldErrors at)
    {
        CheckConditions(conditions, at.At("bindingConditions"));
        CheckConditions(failures, at.At("bindingFailureConditions"));
        CheckUnique(conditions, at.At("bindingConditions"));
        CheckUnique(failures, at.At("bindingFailureConditions"));
        for (var i = 0; i < failures.Count; i++)
        {
            if (conditions.Contains(failures[i]))
                at.At("bindingFailureConditions", i).Invalid(failures[i], "bindingFailureConditions must not overlap with bindingConditions");
        }

        if (conditions.IsEmpty && !failures.IsEmpty)
            at.At("bindingConditions").InvalidPrinted(Printing.Of(conditions), "bindingConditions are required to use bindingFailureConditions");
        if (failures.IsEmpty && !conditions.IsEmpty)
            at.At("bindingFailureConditions").InvalidPrinted(Printing.Of(failures), "bindingFailureConditions are required to use bindingConditions");
    }

    private static void CheckToleration(DeviceToleration toleration, FieldErrors at)
    {
        if (toleration.Key.Length > 0)
            at.At("key").Complain(toleration.Key, Names.QualifiedName(toleration.Key));
        if (toleration is { Operator: "Exists", Value.Length: > 0 })
            at.At("value").Invalid(toleration.Value, "must be empty for operator `Exists`");
        else if (toleration.Operator == "Equal")
            at.At("value").Complain(toleration.Value, Names.LabelValue(toleration.Value));
        else if (toleration.Operator != "Exists")
            at.At("operator").RequiredOneOf(toleration.Operator, "Equal", "Exists");
        if (toleration.Effect.Length > 0)
            at.At("effect").OneOf(toleration.Effect, Effects);
    }

    private static void CheckConditions(ValueList<string> conditions, FieldErrors at)
    {
        if (conditions.Count > MaxConditions)
        {
            at.TooMany(conditions.Count, MaxConditions);
            return;
        }

        for (var i = 0; i < conditions.Count; i++)
            at.At(i).Complain(conditions[i], Names.QualifiedName(conditions[i]));
    }

    private static void CheckUnique(ValueList<string> conditions, FieldErrors at)
    {
        for (var i = 0; i < conditions.Count; i++)
        {
            if (conditions.FindIndex(other => other == conditions[i]) < i)
                at.At(i).Duplicate(conditions[i]);
        }
    }
}
