using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What decides when and where a pod runs, affinity apart: gates, spreading, tolerations.</summary>
internal static class PlacementChecks
{
    internal static void CheckReadinessGates(ValueList<PodReadinessGate> gates, FieldErrors at)
    {
        for (var i = 0; i < gates.Count; i++)
            at.At(i).At("conditionType").Complain(gates[i].ConditionType, Names.QualifiedName(gates[i].ConditionType));
    }

    internal static void CheckSchedulingGates(ValueList<PodSchedulingGate> gates, FieldErrors at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < gates.Count; i++)
        {
            at.At(i).Complain(gates[i].Name, Names.QualifiedName(gates[i].Name));
            if (!seen.Add(gates[i].Name))
                at.At(i).Duplicate(gates[i].Name);
        }
    }

    internal static void CheckSpread(ValueList<TopologySpreadConstraint> constraints, FieldErrors at)
    {
        for (var i = 0; i < constraints.Count; i++)
        {
            CheckSpread(constraints[i], at.At(i));
            var (key, action) = (constraints[i].TopologyKey, constraints[i].WhenUnsatisfiable);
            if (constraints.Skip(i + 1).Any(other => other.TopologyKey == key && other.WhenUnsatisfiable == action))
                at.At(i).At("{topologyKey, whenUnsatisfiable}").Duplicate($"{{{key}, {action}}}");
            CheckSpreadSelection(constraints[i], at.At(i));
        }
    }

    internal static void CheckTolerations(ValueList<Toleration> tolerations, FieldErrors at)
    {
        for (var i = 0; i < tolerations.Count; i++)
            CheckToleration(tolerations[i], at.At(i));
    }

    private static void CheckSpread(TopologySpreadConstraint constraint, FieldErrors at)
    {
        if (constraint.MaxSkew <= 0)
            at.At("maxSkew").Invalid(constraint.MaxSkew, "must be greater than zero");
        if (constraint.TopologyKey.Length == 0)
            at.At("topologyKey").Required("can not be empty");
        at.At("whenUnsatisfiable").OneOf(constraint.WhenUnsatisfiable, "DoNotSchedule", "ScheduleAnyway");
    }

    private static void CheckSpreadSelection(TopologySpreadConstraint constraint, FieldErrors at)
    {
        if (constraint.MinDomains is { } domains)
        {
            if (domains <= 0)
                at.At("minDomains").Invalid(domains, "must be greater than zero");
            if (constraint.WhenUnsatisfiable != "DoNotSchedule")
                at.At("minDomains").Invalid(domains, $"can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {constraint.WhenUnsatisfiable}");
        }

        if (constraint.NodeAffinityPolicy is { } affinity)
            at.At("nodeAffinityPolicy").OneOf(affinity, "Honor", "Ignore");
        if (constraint.NodeTaintsPolicy is { } taints)
            at.At("nodeTaintsPolicy").OneOf(taints, "Honor", "Ignore");
        CheckLabelKeys(constraint.MatchLabelKeys, default, constraint.LabelSelector, at);
        at.At("labelSelector").Selector(constraint.LabelSelector);
    }

    /// <summary>Keys whose values come from the pod's own labels: a selector says nothing of them itself.</summary>
    /// <param name="at">At what has the keys and the selector.</param>
    internal static void CheckLabelKeys(ValueList<string> matched, ValueList<string> mismatched, LabelSelector? selector, FieldErrors at)
    {
        CheckLabelKeys(matched, selector, at.At("matchLabelKeys"));
        CheckLabelKeys(mismatched, selector, at.At("mismatchLabelKeys"));
        CheckSaidOnce(matched, selector, at);
        for (var i = 0; i < matched.Count; i++)
        {
            if (mismatched.Contains(matched[i]))
                at.At("matchLabelKeys", i).Invalid(matched[i], "exists in both matchLabelKeys and mismatchLabelKeys");
        }
    }

    // By now the server has added a condition for each key: a second one for the same label is the client's.
    private static void CheckSaidOnce(ValueList<string> keys, LabelSelector? selector, FieldErrors at)
    {
        if (selector is null || keys.IsEmpty)
            return;
        var said = selector.MatchLabels.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var condition in selector.MatchExpressions)
        {
            var index = keys.FindIndex(key => key == condition.Key);
            if (!said.Add(condition.Key) && index >= 0)
                at.At(index).Invalid(condition.Key, "exists in both matchLabelKeys and labelSelector"); // upstream's place
        }
    }

    private static void CheckLabelKeys(ValueList<string> keys, LabelSelector? selector, FieldErrors at)
    {
        if (!keys.IsEmpty && selector is null)
        {
            at.Forbidden("must not be specified when labelSelector is not set");
            return;
        }

        for (var i = 0; i < keys.Count; i++)
            at.At(i).Complain(keys[i], Names.QualifiedName(keys[i]));
    }

    private static void CheckToleration(Toleration toleration, FieldErrors at)
    {
        if (toleration.Key.Length > 0)
            at.At("key").Complain(toleration.Key, Names.QualifiedName(toleration.Key));
        else if (toleration.Operator != "Exists")
            at.At("operator").Invalid(toleration.Operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        if (toleration.TolerationSeconds is not null && toleration.Effect != "NoExecute")
            at.At("effect").Invalid(toleration.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        switch (toleration.Operator)
        {
            case "" or "Equal":
                if (string.Join(';', Names.LabelValue(toleration.Value)) is { Length: > 0 } complaints)
                    at.At("operator").Invalid(toleration.Value, complaints);
                break;
            case "Exists":
                if (toleration.Value.Length > 0)
                    at.At("operator").Invalid(toleration.Value, "value must be empty when `operator` is 'Exists'");
                break;
            default:
                at.At("operator").NotSupported(toleration.Operator, "Equal", "Exists");
                break;
        }

        if (toleration.Effect.Length > 0)
            at.At("effect").OneOf(toleration.Effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
    }
}
