using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Which nodes and which neighbours a pod wants.</summary>
internal static class AffinityChecks
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Preferred = "preferredDuringSchedulingIgnoredDuringExecution";

    internal static void Check(Affinity? affinity, FieldErrors at)
    {
        if (affinity?.NodeAffinity is { } nodes)
            CheckNodes(nodes, at.At("nodeAffinity"));
        if (affinity?.PodAffinity is { } near)
        {
            CheckPods(
                near.RequiredDuringSchedulingIgnoredDuringExecution,
                near.PreferredDuringSchedulingIgnoredDuringExecution,
                at.At("podAffinity"));
        }

        if (affinity?.PodAntiAffinity is { } far)
        {
            CheckPods(
                far.RequiredDuringSchedulingIgnoredDuringExecution,
                far.PreferredDuringSchedulingIgnoredDuringExecution,
                at.At("podAntiAffinity"));
        }
    }

    /// <summary>Terms of which a node must match one; also of persistent volumes.</summary>
    internal static void CheckNodeSelector(NodeSelector selector, FieldErrors at)
    {
        if (selector.NodeSelectorTerms.IsEmpty)
            at.At("nodeSelectorTerms").Required("must have at least one node selector term");
        for (var i = 0; i < selector.NodeSelectorTerms.Count; i++)
            CheckTerm(selector.NodeSelectorTerms[i], isRequired: true, at.At("nodeSelectorTerms", i));
    }

    private static void CheckNodes(NodeAffinity affinity, FieldErrors at)
    {
        if (affinity.RequiredDuringSchedulingIgnoredDuringExecution is { } required)
            CheckNodeSelector(required, at.At(Required));
        var preferred = affinity.PreferredDuringSchedulingIgnoredDuringExecution;
        for (var i = 0; i < preferred.Count; i++)
        {
            CheckWeight(preferred[i].Weight, at.At(Preferred, i));
            CheckTerm(preferred[i].Preference, isRequired: false, at.At(Preferred, i).At("preference"));
        }
    }

    // What no node's label can be is asked for in vain: of a preference upstream lets it be.
    private static void CheckTerm(NodeSelectorTerm term, bool isRequired, FieldErrors at)
    {
        for (var i = 0; i < term.MatchExpressions.Count; i++)
            CheckExpression(term.MatchExpressions[i], isRequired, at.At("matchExpressions", i));
        for (var i = 0; i < term.MatchFields.Count; i++)
            CheckField(term.MatchFields[i], at.At("matchFields", i));
    }

    private static void CheckExpression(NodeSelectorRequirement requirement, bool isRequired, FieldErrors at)
    {
        switch (requirement.Operator)
        {
            case "In" or "NotIn":
                if (requirement.Values.IsEmpty)
                    at.At("values").Required("must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist":
                if (!requirement.Values.IsEmpty)
                    at.At("values").Forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "Gt" or "Lt":
                if (requirement.Values.Count != 1)
                    at.At("values").Required("must be specified single value when `operator` is 'Lt' or 'Gt'");
                break;
            default:
                at.At("operator").Invalid(requirement.Operator, "not a valid selector operator");
                break;
        }

        at.At("key").Complain(requirement.Key, Names.QualifiedName(requirement.Key));
        for (var i = 0; isRequired && i < requirement.Values.Count; i++)
            at.At("values", i).Complain(requirement.Values[i], Names.LabelValue(requirement.Values[i]));
    }

    private static void CheckField(NodeSelectorRequirement requirement, FieldErrors at)
    {
        if (requirement.Operator is not ("In" or "NotIn"))
            at.At("operator").Invalid(requirement.Operator, "not a valid selector operator");
        else if (requirement.Values.Count != 1)
            at.At("values").Required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        if (requirement.Key != "metadata.name")
        {
            at.At("key").Invalid(requirement.Key, "not a valid field selector key");
            return;
        }

        for (var i = 0; i < requirement.Values.Count; i++)
            at.At("values", i).Complain(requirement.Values[i], Names.Subdomain(requirement.Values[i]));
    }

    private static void CheckPods(ValueList<PodAffinityTerm> required, ValueList<WeightedPodAffinityTerm> preferred, FieldErrors at)
    {
        for (var i = 0; i < required.Count; i++)
            CheckTerm(required[i], at.At(Required, i));
        for (var i = 0; i < preferred.Count; i++)
        {
            CheckWeight(preferred[i].Weight, at.At(Preferred, i));
            CheckTerm(preferred[i].PodAffinityTerm, at.At(Preferred, i).At("podAffinityTerm"));
        }
    }

    private static void CheckTerm(PodAffinityTerm term, FieldErrors at)
    {
        at.At("labelSelector").Selector(term.LabelSelector);
        at.At("namespaceSelector").Selector(term.NamespaceSelector);
        foreach (var name in term.Namespaces)
            at.At("namespace").Complain(name, Names.Label(name));
        PlacementChecks.CheckLabelKeys(term.MatchLabelKeys, term.MismatchLabelKeys, term.LabelSelector, at);
        if (term.TopologyKey.Length == 0)
            at.At("topologyKey").Required("can not be empty");
        at.At("topologyKey").Complain(term.TopologyKey, Names.QualifiedName(term.TopologyKey));
    }

    private static void CheckWeight(int weight, FieldErrors at)
    {
        if (weight is <= 0 or > 100)
            at.At("weight").Invalid(weight, "must be in the range 1-100");
    }
}
