using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Pods;

/// <summary>Says of a pod, before the control plane deletes it, that this is not its own fault: the condition DisruptionTarget.</summary>
internal static class Disruption
{
    private const string Condition = "DisruptionTarget";

    /// <summary>Sets the condition on the stored pod.</summary>
    /// <returns>False where the pod is gone, or another has its name.</returns>
    public static Task<bool> TryMarkAsync(IApiClient api, Pod pod, string reason, string message, Timestamp now, CancellationToken cancel) =>
        TryMarkAsync(api, pod, new PodCondition { Type = Condition, Reason = reason, Message = message }, phase: "", now, cancel);

    /// <summary>Sets the phase, and the condition where one is given, on the stored pod.</summary>
    /// <returns>False where the pod is gone, or another has its name.</returns>
    public static async Task<bool> TryMarkAsync(IApiClient api, Pod pod, PodCondition? why, string phase, Timestamp now, CancellationToken cancel)
    {
        try
        {
            await api.PatchAsync<Pod>(pod.Key, PatchOf(pod, why, phase, now), cancel);
            return true;
        }
        catch (ApiException gone) when (gone.Code is 404 or 409 or 422)
        {
            return false;
        }
    }

    /// <summary>The condition, complete.</summary>
    internal static PodCondition Of(Pod pod, PodCondition why, Timestamp now)
    {
        var before = pod.Status.Conditions.FirstOrDefault(condition => condition.Type == why.Type);
        return why with
        {
            Status = "True",
            LastTransitionTime = before?.Status == "True" ? before.LastTransitionTime : now,
            ObservedGeneration = pod.Metadata.Generation,
        };
    }

    // Conditions merge by their type; the uid keeps it from another pod of that name.
    private static Patch PatchOf(Pod pod, PodCondition? why, string phase, Timestamp now)
    {
        var json = new JsonOutput();
        var patch = json.Begin();
        json.Name("metadata");
        var metadata = json.Begin();
        json.Name("uid");
        json.String(pod.Metadata.Uid);
        json.EndObject(metadata);
        json.Name("status");
        var status = json.Begin();
        if (phase.Length > 0)
        {
            json.Name("phase");
            json.String(phase);
        }
        if (why is not null)
        {
            json.Name("conditions");
            var conditions = json.Begin();
            json.Comma();
            Of(pod, why, now).WriteJson(json);
            json.EndArray(conditions);
        }
        json.EndObject(status);
        json.EndObject(patch);
        return Patch.Strategic(json.ToArray()).ToSubresource("status");
    }
}
