using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Scheduler;

/// <summary>An attempt that found no node.</summary>
/// <param name="Pod">As it was judged.</param>
/// <param name="Reason">Unschedulable or SchedulerError.</param>
/// <param name="Message">For the user.</param>
/// <param name="Nominated">Where it will soon fit, or null.</param>
internal sealed record Failure(Pod Pod, string Reason, string Message, string? Nominated);

/// <summary>Tells users why a pod has no node: an event, and the condition PodScheduled.</summary>
internal sealed partial class FailureReports(IApiClient api, EventRecorder events, TimeProvider clock, ILogger log)
{
    public const string Unschedulable = "Unschedulable";
    public const string SchedulerError = "SchedulerError";

    /// <summary>Tells of the failure. What cannot be written is logged: the next attempt tells again.</summary>
    public async Task ReportAsync(Failure failure, CancellationToken cancel)
    {
        events.Record(failure.Pod.ToReference(), EventKind.Warning, "FailedScheduling", failure.Message, action: "Scheduling");
        NotPlaced(log, failure.Pod.Key, failure.Reason, failure.Message);
        if (IsKnown(failure))
            return;
        try
        {
            await api.PatchAsync<Pod>(failure.Pod.Key, PatchOf(failure), cancel);
        }
        catch (Exception refused) when (refused is ApiException or IOException or HttpRequestException)
        {
            if (refused is not ApiException { Code: 404 or 409 })
                NotTold(log, failure.Pod.Key, refused.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The next leader tells.
        }
    }

    private static bool IsKnown(Failure failure) =>
        failure.Nominated is null && Condition(failure.Pod) is { Status: "False" } known && known.Reason == failure.Reason && known.Message == failure.Message;

    private static PodCondition? Condition(Pod pod) => pod.Status.Conditions.FirstOrDefault(static condition => condition.Type == "PodScheduled");

    private Patch PatchOf(Failure failure)
    {
        // The time of the transition is that of the status; a new reason leaves it.
        var since = Condition(failure.Pod) is { Status: "False" } known ? known.LastTransitionTime : Timestamp.From(clock.GetUtcNow());
        var json = new JsonOutput();
        var document = json.Begin();
        // A pod made anew under the same name is not the one that was judged.
        json.Name("metadata");
        var metadata = json.Begin();
        json.Name("uid");
        json.String(failure.Pod.Metadata.Uid);
        json.EndObject(metadata);
        json.Name("status");
        var status = json.Begin();
        json.Name("conditions");
        var conditions = json.Begin();
        json.Comma();
        var condition = new PodCondition
        {
            Type = "PodScheduled",
            Status = "False",
            Reason = failure.Reason,
            Message = failure.Message,
            LastTransitionTime = since,
            ObservedGeneration = failure.Pod.Metadata.Generation,
        };
        condition.WriteJson(json);
        json.EndArray(conditions);
        if (failure.Nominated is not null)
        {
            json.Name("nominatedNodeName");
            json.String(failure.Nominated);
        }
        json.EndObject(status);
        json.EndObject(document);
        return Patch.Strategic(json.ToArray()).ToSubresource("status");
    }

    [LoggerMessage(LogLevel.Debug, "{Pod} has no node ({Reason}): {Message}")]
    private static partial void NotPlaced(ILogger log, ObjectKey pod, string reason, string message);

    [LoggerMessage(LogLevel.Warning, "The status of {Pod} could not be written: {Message}")]
    private static partial void NotTold(ILogger log, ObjectKey pod, string message);
}
