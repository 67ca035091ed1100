using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>matchLabelKeys and mismatchLabelKeys: what they name of a pod's own labels becomes part of the selectors when the pod is created.</summary>
internal static class PodLabelKeys
{
    extension(PodSpec spec)
    {
        /// <summary>The spec, its selectors completed from the pod's labels.</summary>
        internal PodSpec WithSelectedByOwnLabels(ValueMap<string> labels) => spec with
        {
            Affinity = spec.Affinity is { } affinity
                ? affinity with { PodAffinity = Completed(affinity.PodAffinity, labels), PodAntiAffinity = Completed(affinity.PodAntiAffinity, labels) }
                : null,
            TopologySpreadConstraints = spec.TopologySpreadConstraints.DefaultEach(constraint => constraint.MatchLabelKeys.IsEmpty
                ? constraint
                : constraint with { LabelSelector = Completed(constraint.LabelSelector, constraint.MatchLabelKeys, "In", labels) }),
        };
    }

    private static PodAffinity? Completed(PodAffinity? affinity, ValueMap<string> labels) => affinity is null
        ? null
        : affinity with
        {
            RequiredDuringSchedulingIgnoredDuringExecution = affinity.RequiredDuringSchedulingIgnoredDuringExecution.DefaultEach(term => Completed(term, labels)),
            PreferredDuringSchedulingIgnoredDuringExecution = affinity.PreferredDuringSchedulingIgnoredDuringExecution.DefaultEach(term => Completed(term, labels)),
        };

    private static PodAntiAffinity? Completed(PodAntiAffinity? affinity, ValueMap<string> labels) => affinity is null
        ? null
        : affinity with
        {
            RequiredDuringSchedulingIgnoredDuringExecution = affinity.RequiredDuringSchedulingIgnoredDuringExecution.DefaultEach(term => Completed(term, labels)),
            PreferredDuringSchedulingIgnoredDuringExecution = affinity.PreferredDuringSchedulingIgnoredDuringExecution.DefaultEach(term => Completed(term, labels)),
        };

    private static WeightedPodAffinityTerm Completed(WeightedPodAffinityTerm weighted, ValueMap<string> labels)
    {
        var term = Completed(weighted.PodAffinityTerm, labels);
        return ReferenceEquals(term, weighted.PodAffinityTerm) ? weighted : weighted with { PodAffinityTerm = term };
    }

    private static PodAffinityTerm Completed(PodAffinityTerm term, ValueMap<string> labels)
    {
        if (term.MatchLabelKeys.IsEmpty && term.MismatchLabelKeys.IsEmpty)
            return term;
        var matching = Completed(term.LabelSelector, term.MatchLabelKeys, "In", labels);
        return term with { LabelSelector = Completed(matching, term.MismatchLabelKeys, "NotIn", labels) };
    }

    private static LabelSelector? Completed(LabelSelector? selector, ValueList<string> keys, string comparison, ValueMap<string> labels)
    {
        if (selector is null)
            return null;
        var more = keys.Where(labels.ContainsKey).Select(key => new LabelSelectorRequirement { Key = key, Operator = comparison, Values = [labels[key]] }).ToList();
        return more.Count == 0 ? selector : selector with { MatchExpressions = selector.MatchExpressions.AddRange(more) };
    }
}
