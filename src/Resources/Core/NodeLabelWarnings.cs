using System.Globalization;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Node labels that have other names today (api/node: util.go).</summary>
internal static class NodeLabelWarnings
{
    private static readonly Dictionary<string, string> Deprecated = new(StringComparer.Ordinal)
    {
        ["beta.kubernetes.io/arch"] = "deprecated since v1.14; use \"kubernetes.io/arch\" instead",
        ["beta.kubernetes.io/os"] = "deprecated since v1.14; use \"kubernetes.io/os\" instead",
        ["failure-domain.beta.kubernetes.io/region"] = "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
        ["failure-domain.beta.kubernetes.io/zone"] = "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead",
        ["beta.kubernetes.io/instance-type"] = "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead",
    };

    /// <summary>What is to be said of a label; null for nothing.</summary>
    internal static string? Of(string label) => Deprecated.GetValueOrDefault(label);

    /// <summary>Of all labels of a term.</summary>
    /// <param name="path">The term's.</param>
    internal static IEnumerable<string> Of(NodeSelectorTerm term, string path)
    {
        for (var i = 0; i < term.MatchExpressions.Count; i++)
        {
            var key = term.MatchExpressions[i].Key;
            if (Of(key) is { } advice)
                yield return string.Create(CultureInfo.InvariantCulture, $"{path}.matchExpressions[{i}].key: {key} is {advice}");
        }
    }
}
