using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Registry;
using ControlPlane.Types.Core;
using ControlPlane.Types.Scheduling;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Turns the name of a pod's priority class into its number; keeps the default class the only one (plugin/pkg/admission/priority).</summary>
internal sealed class PriorityAdmission(ResourceCatalog catalog) : IMutatingAdmission, IValidatingAdmission
{
    private const string PreemptLower = "PreemptLowerPriority";

    private static readonly GroupResource Classes = new("scheduling.k8s.io", "priorityclasses");

    /// <inheritdoc/>
    public string Name => "Priority";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) =>
        request.Operation is AdmissionOperation.Create or AdmissionOperation.Update
        && (request.IsPod || (request.Definition.Resource == Classes && request.Subresource.Length == 0));

    /// <inheritdoc/>
    public async ValueTask<IApiObject?> MutateAsync(AdmissionRequest request, CancellationToken cancel) => request.Object switch
    {
        Pod pod when request.Operation == AdmissionOperation.Create => await ResolvedAsync(pod, request, cancel),
        Pod pod when request.Old is Pod old => Kept(pod, old),
        var other => other,
    };

    /// <inheritdoc/>
    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Object is PriorityClass { GlobalDefault: true } made && Default() is { } other && other.Metadata.Name != made.Metadata.Name)
            throw Forbidden(request, $"PriorityClass {other.Metadata.Name} is already marked as default. Only one default can exist");
        return ValueTask.CompletedTask;
    }

    // Rules forbid to change either; a client that leaves them out does not mean to.
    private static Pod Kept(Pod pod, Pod old) =>
        (pod.Spec.Priority is null && old.Spec.Priority is not null) || (pod.Spec.PreemptionPolicy is null && old.Spec.PreemptionPolicy is not null)
            ? pod with { Spec = pod.Spec with { Priority = pod.Spec.Priority ?? old.Spec.Priority, PreemptionPolicy = pod.Spec.PreemptionPolicy ?? old.Spec.PreemptionPolicy } }
            : pod;

    private async ValueTask<Pod> ResolvedAsync(Pod pod, AdmissionRequest request, CancellationToken cancel)
    {
        var found = pod.Spec.PriorityClassName.Length > 0
            ? await catalog.FindAsync<PriorityClass>(Classes, new ObjectKey("", pod.Spec.PriorityClassName), cancel) ?? throw Forbidden(request, $"no PriorityClass with name {pod.Spec.PriorityClassName} was found")
            : Default();
        var priority = found?.Value ?? 0;
        var preemption = found?.PreemptionPolicy ?? PreemptLower;
        if (pod.Spec.Priority is { } said && said != priority)
            throw Forbidden(request, $"the integer value of priority ({said}) must not be provided in pod spec; priority admission controller computed {priority} from the given PriorityClass name");
        if (pod.Spec.PreemptionPolicy is { } policy && policy != preemption)
            throw Forbidden(request, $"the string value of PreemptionPolicy ({policy}) must not be provided in pod spec; priority admission controller computed {preemption} from the given PriorityClass name");
        return pod with
        {
            Spec = pod.Spec with
            {
                PriorityClassName = pod.Spec.PriorityClassName.Length > 0 ? pod.Spec.PriorityClassName : found?.Metadata.Name ?? "",
                Priority = priority,
                PreemptionPolicy = preemption,
            },
        };
    }

    // Should there be several all the same, the lowest counts.
    private PriorityClass? Default() => catalog.Current.Find(Classes)?.ListCached("")
        .Select(stored => (PriorityClass)stored.Record)
        .Where(one => one.GlobalDefault)
        .MinBy(one => one.Value);

    private static ApiException Forbidden(AdmissionRequest request, string why) => ApiError.Forbidden(request.Definition.Resource, request.Name, why);
}
