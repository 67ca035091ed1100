using System.Text.Json.Nodes;

namespace ControlPlane.Resources.Tests.Golden;

/// <summary>Objects without what differs from run to run, as the record has them.</summary>
internal static class Normalization
{
    private static readonly string[] Times = ["lastPhaseTransitionTime", "lastTransitionTime", "lastUpdateTime"];
    private static readonly string[] Volatile = ["uid", "resourceVersion", "creationTimestamp", "selfLink", "managedFields"];

    /// <summary>A copy that can be compared.</summary>
    public static JsonObject Of(JsonObject value)
    {
        var copy = JsonNode.Parse(Masking.MaskGenerated(value.ToJsonString()))!.AsObject();
        Drop(copy);
        if (copy["metadata"] is JsonObject metadata)
        {
            foreach (var field in Volatile)
                metadata.Remove(field);
            if ((string?)metadata["generateName"] is { Length: > 0 } prefix && ((string?)metadata["name"])?.StartsWith(prefix, StringComparison.Ordinal) is true)
                metadata["name"] = "<generated>";
        }

        AdmissionMade.Remove(copy);
        return copy;
    }

    private static void Drop(JsonNode? node)
    {
        if (node is JsonObject members)
        {
            foreach (var field in Times)
                members.Remove(field);
            foreach (var (_, member) in members)
                Drop(member);
        }
        else if (node is JsonArray items)
        {
            foreach (var item in items)
                Drop(item);
        }
    }
}
