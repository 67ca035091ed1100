using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A pod that waits behind scheduling gates may still be narrowed down to fewer nodes.</summary>
internal static class GatedPodRules
{
    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    /// <summary>Checks what narrows it.</summary>
    /// <returns>The spec with that put back.</returns>
    internal static PodSpec Check(PodSpec spec, PodSpec old, FieldErrors at)
    {
        if (spec.NodeSelector != old.NodeSelector)
        {
            if (old.NodeSelector.Any(entry => !spec.NodeSelector.TryGetValue(entry.Key, out var value) || value != entry.Value))
                at.At("nodeSelector").InvalidPrinted(Printing.Of(spec.NodeSelector), "only additions to spec.nodeSelector are allowed (no mutations or deletions)");
            spec = spec with { NodeSelector = old.NodeSelector };
        }

        var before = old.Affinity?.NodeAffinity;
        if (spec.Affinity?.NodeAffinity == before)
            return spec;
        CheckTerms(Terms(spec.Affinity?.NodeAffinity), Terms(before), at.At("affinity").At("nodeAffinity").At(Required).At("nodeSelectorTerms"));
        return spec with { Affinity = WithNodes(spec.Affinity, old.Affinity, before) };
    }

    private static ValueList<NodeSelectorTerm> Terms(NodeAffinity? affinity) => affinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? default;

    private static Affinity? WithNodes(Affinity? affinity, Affinity? old, NodeAffinity? before)
    {
        if (affinity is null)
            return before is null ? null : new Affinity { NodeAffinity = before };
        return old is null && affinity is { PodAffinity: null, PodAntiAffinity: null } ? null : affinity with { NodeAffinity = before };
    }

    private static void CheckTerms(ValueList<NodeSelectorTerm> terms, ValueList<NodeSelectorTerm> old, FieldErrors at)
    {
        if (old.IsEmpty)
            return;
        if (terms.Count != old.Count)
        {
            at.InvalidPrinted(Printing.Of(terms), "no additions/deletions to non-empty NodeSelectorTerms list are allowed");
            return;
        }

        for (var i = 0; i < old.Count; i++)
        {
            if (!OnlyAdds(terms[i], old[i]))
                at.At(i).InvalidPrinted(Printing.Of<NodeSelectorTerm>([terms[i]])[1..^1], "only additions are allowed (no mutations or deletions)");
        }
    }

    // A term without conditions matches nothing: a condition more would let it match something.
    private static bool OnlyAdds(NodeSelectorTerm term, NodeSelectorTerm old)
    {
        if (old is { MatchExpressions.IsEmpty: true, MatchFields.IsEmpty: true })
            return term is { MatchExpressions.IsEmpty: true, MatchFields.IsEmpty: true };
        return StartsWith(term.MatchExpressions, old.MatchExpressions) && StartsWith(term.MatchFields, old.MatchFields);
    }

    private static bool StartsWith(ValueList<NodeSelectorRequirement> requirements, ValueList<NodeSelectorRequirement> old) =>
        requirements.Take(old.Count).SequenceEqual(old);
}
