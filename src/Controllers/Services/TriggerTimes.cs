using System.Collections.Concurrent;
using ControlPlane.Controllers.Pods;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Services;

/// <summary>
/// Says since when the endpoints of a service are behind, so that the delay until they are programmed can be measured: the earliest of the changes (a pod became
/// ready or not, the service was made) that were not accounted for yet.
/// </summary>
internal sealed class TriggerTimes
{
    /// <summary>The annotation that carries it.</summary>
    public const string Annotation = "endpoints.kubernetes.io/last-change-trigger-time";

    private readonly ConcurrentDictionary<ObjectKey, State> _states = new();

    /// <summary>The earliest change since the last call for that service; null where there is none.</summary>
    public Timestamp? Next(Service service, IEnumerable<Pod> pods)
    {
        var key = new ObjectKey(service.Metadata.Namespace, service.Metadata.Name);
        var times = new Dictionary<string, Timestamp>(StringComparer.Ordinal);
        var isKnown = _states.TryGetValue(key, out var last) && last.Service == service.Metadata.CreationTimestamp;
        Timestamp? earliest = null;
        foreach (var pod in pods)
        {
            if (pod.ReadyCondition is not { LastTransitionTime: { IsZero: false } time })
                continue;
            times[pod.Metadata.Name] = time;
            var isNew = last?.Pods.TryGetValue(pod.Metadata.Name, out var before) != true || time > before;
            if (isNew && (earliest is not { } sofar || time < sofar))
                earliest = time;
        }
        _states[key] = new(service.Metadata.CreationTimestamp, times);
        return isKnown ? earliest : service.Metadata.CreationTimestamp;
    }

    /// <summary>The service is gone.</summary>
    public void Forget(ObjectKey service) => _states.TryRemove(service, out _);

    /// <summary>The annotations with that time in them, or without any.</summary>
    public static ValueMap<string> Annotate(ValueMap<string> annotations, Timestamp? time) =>
        time is { } known ? annotations.With(Annotation, known.ToString()) : annotations.Without(Annotation);

    private sealed record State(Timestamp Service, Dictionary<string, Timestamp> Pods);
}
