using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Types.Core;
using ControlPlane.Types.Node;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Gives pods what their runtime class asks for: overhead, node selector, tolerations (plugin/pkg/admission/runtimeclass).</summary>
internal sealed class RuntimeClassAdmission(ResourceCatalog catalog) : IMutatingAdmission
{
    private static readonly GroupResource Classes = new("node.k8s.io", "runtimeclasses");

    /// <inheritdoc/>
    public string Name => "RuntimeClass";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) => request.IsNewPod;

    /// <inheritdoc/>
    public async ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var pod = (Pod)request.Object!;
        var wanted = pod.Spec.RuntimeClassName;
        var found = string.IsNullOrEmpty(wanted) ? null : await catalog.FindAsync<RuntimeClass>(Classes, new ObjectKey("", wanted), cancel) ?? throw Forbidden(request, $"pod rejected: RuntimeClass \"{wanted}\" not found");
        var overhead = found?.Overhead?.PodFixed ?? default;
        if (!pod.Spec.Overhead.IsEmpty && pod.Spec.Overhead != overhead)
        {
            throw Forbidden(request, overhead.IsEmpty
                ? "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
                : "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }

        if (found is null)
            return pod;
        var spec = overhead.IsEmpty ? pod.Spec : pod.Spec with { Overhead = overhead };
        return pod with { Spec = found.Scheduling is { } scheduling ? Scheduled(spec, scheduling, request) : spec };
    }

    private static PodSpec Scheduled(PodSpec spec, Scheduling scheduling, AdmissionRequest request)
    {
        foreach (var (key, value) in scheduling.NodeSelector)
        {
            if (spec.NodeSelector.TryGetValue(key, out var other) && other != value)
                throw Forbidden(request, $"pod rejected: conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; pod.spec.nodeSelector[{key}] = {other}");
        }

        return spec with
        {
            NodeSelector = scheduling.NodeSelector.IsEmpty ? spec.NodeSelector : spec.NodeSelector.Concat(scheduling.NodeSelector).DistinctBy(pair => pair.Key).ToValueMap(),
            Tolerations = scheduling.Tolerations.IsEmpty ? spec.Tolerations : spec.Tolerations.Concat(scheduling.Tolerations).Distinct().ToValueList(),
        };
    }

    private static ApiException Forbidden(AdmissionRequest request, string why) => ApiError.Forbidden(request.Definition.Resource, request.Name, why);
}
