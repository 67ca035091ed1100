using System.Diagnostics.CodeAnalysis;
using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.Pods;

/// <summary>Removes pods that nobody else will: ended ones beyond a number, and those whose node is gone, out of service, or was never chosen.</summary>
internal sealed partial class PodGarbageCollector(IApiClient api, ObjectCaches caches, TimeProvider clock, ControllerSettings settings, ILogger<PodGarbageCollector> log)
    : LoopController
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(20); // gc_controller.go: gcCheckPeriod
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40); // gc_controller.go: quarantineTime, for caches that lag

    private readonly Dictionary<string, DateTimeOffset> _missingSince = new(StringComparer.Ordinal);

    protected override void Declare(LoopDeclaration controller) => controller
        .Named("pod-garbage-collector-controller", alias: "podgc")
        .As("pod-garbage-collector")
        .Reads<Pod>()
        .Reads<Node>()
        .Writes<Pod>(Verb.Delete)
        .Writes<Pod>("status", Verb.Patch);

    protected override async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Period, clock);
        do
            await TryCollectAsync(cancel);
        while (await timer.WaitForNextTickAsync(cancel));
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever went wrong with one pass must not end the loop: it is logged, and the next pass tries again.")]
    private async Task TryCollectAsync(CancellationToken cancel)
    {
        try
        {
            await CollectAsync(cancel);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Failed(log, failure);
        }
    }

    private async Task CollectAsync(CancellationToken cancel)
    {
        var pods = caches.Of<Pod>().List();
        foreach (var pod in PodGarbage.Ended(pods, settings.TerminatedPodThreshold))
            await RemoveAsync(pod, null, cancel);
        foreach (var pod in PodGarbage.OnNodesOutOfService(pods, NodeOf))
            await RemoveAsync(pod, null, cancel);
        foreach (var pod in PodGarbage.UnscheduledTerminating(pods))
            await RemoveAsync(pod, null, cancel);
        var lost = await LostNodesAsync(PodGarbage.MissingNodes(pods, NodeOf), cancel);
        foreach (var pod in pods.Where(pod => lost.Contains(pod.Spec.NodeName)))
            await RemoveAsync(pod, NodeIsGone, cancel);
    }

    private static PodCondition NodeIsGone { get; } = new() { Type = "DisruptionTarget", Reason = "DeletionByPodGC", Message = "PodGC: node no longer exists" };

    private Node? NodeOf(string name) => caches.Find<Node>(new("", name));

    // Missing for some time, and missing in the store as well.
    private async Task<HashSet<string>> LostNodesAsync(HashSet<string> missing, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var back in _missingSince.Keys.Where(name => !missing.Contains(name)).ToList())
            _missingSince.Remove(back);
        var lost = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in missing)
        {
            _missingSince.TryAdd(name, now);
            if (_missingSince[name] + Quarantine <= now && await api.FindAsync<Node>(new ObjectKey("", name), cancel) is null)
                lost.Add(name);
        }
        return lost;
    }

    // The end of a pod that cannot end by itself is written down before it goes, so that its controller counts it as failed.
    private async Task RemoveAsync(Pod pod, PodCondition? why, CancellationToken cancel)
    {
        try
        {
            if (!pod.HasEnded && !await Disruption.TryMarkAsync(api, pod, why, "Failed", Timestamp.From(clock.GetUtcNow()), cancel))
                return;
            if (await api.TryDeleteAsync(pod, Deletion.Immediate, cancel))
                Removed(log, pod.Key);
        }
        catch (ApiException failure)
        {
            NotRemoved(log, pod.Key, failure.Message);
        }
    }

    [LoggerMessage(LogLevel.Information, "Removed pod {Pod}")]
    private static partial void Removed(ILogger log, ObjectKey pod);

    [LoggerMessage(LogLevel.Warning, "Pod {Pod} could not be removed and will be tried again: {Message}")]
    private static partial void NotRemoved(ILogger log, ObjectKey pod, string message);

    [LoggerMessage(LogLevel.Warning, "Removing pods failed and will be tried again")]
    private static partial void Failed(ILogger log, Exception failure);
}
