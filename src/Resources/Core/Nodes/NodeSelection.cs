using System.Globalization;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Which nodes a pod may or would like to run on (component-helpers: nodeaffinity).</summary>
public static class NodeSelection
{
    extension(Pod pod)
    {
        /// <summary>Do its nodeSelector and its required node affinity select the node?</summary>
        public bool Selects(Node node)
        {
            foreach (var (key, value) in pod.Spec.NodeSelector)
            {
                if (!node.Metadata.Labels.TryGetValue(key, out var label) || label != value)
                    return false;
            }
            return pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.Matches(node) ?? true;
        }
    }

    extension(NodeSelector selector)
    {
        /// <summary>Does one of the terms match? None matches nothing.</summary>
        public bool Matches(Node node)
        {
            foreach (var term in selector.NodeSelectorTerms)
            {
                if (term.Matches(node))
                    return true;
            }
            return false;
        }
    }

    extension(NodeSelectorTerm term)
    {
        /// <summary>Without any condition: such a term matches nothing.</summary>
        public bool IsEmpty => term.MatchExpressions.IsEmpty && term.MatchFields.IsEmpty;

        /// <summary>Do the node's labels and fields meet all conditions?</summary>
        public bool Matches(Node node)
        {
            if (term.IsEmpty)
                return false;
            foreach (var requirement in term.MatchExpressions)
            {
                if (!requirement.Allows(node.Metadata.Labels.Find(requirement.Key)))
                    return false;
            }
            foreach (var requirement in term.MatchFields)
            {
                // Nodes have one selectable field.
                if (requirement.Key != "metadata.name" || !requirement.Allows(node.Metadata.Name))
                    return false;
            }
            return true;
        }
    }

    extension(NodeSelectorRequirement requirement)
    {
        /// <summary>Is this value (null where there is none) as required?</summary>
        public bool Allows(string? value) => requirement.Operator switch
        {
            "In" => value is not null && requirement.Values.Contains(value),
            "NotIn" => value is null || !requirement.Values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => requirement.Values.Count == 1 && Number(value) > Number(requirement.Values[0]),
            "Lt" => requirement.Values.Count == 1 && Number(value) < Number(requirement.Values[0]),
            _ => false,
        };
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
