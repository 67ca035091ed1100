using ControlPlane.ApiServer.Operations;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Writes;
using ControlPlane.Types.Core;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>Binds a pod to a node, once and for all: pods/binding, and the older bindings (pkg/registry/core/pod/storage, BindingREST).</summary>
/// <param name="subresource">"binding" of pods, or "" of bindings.</param>
/// <param name="pods">The pods.</param>
/// <param name="time">When it was scheduled.</param>
internal sealed class PodBinding(string subresource, Registry.ResourceStore pods, TimeProvider time) : IComputedResource
{
    /// <inheritdoc/>
    public GroupResource Resource => new("", subresource.Length == 0 ? "bindings" : "pods");

    /// <inheritdoc/>
    public string Subresource => subresource;

    /// <inheritdoc/>
    public async ValueTask<IRuntimeObject> CreateAsync(Operation operation, IApiObject body, CancellationToken cancel)
    {
        var binding = (Binding)body;
        var name = subresource.Length == 0 ? binding.Metadata.Name : operation.Name;
        if (binding.Metadata.Name != name)
            throw ApiError.BadRequest("name in URL does not match name in Binding object");
        Check(binding);
        await pods.UpdateAsync(
            new ObjectKey(operation.Namespace, name),
            (current, _) => ValueTask.FromResult<IApiObject>(Bound((Pod)current!.Record, binding)),
            new UpdateRequest
            {
                Context = operation.Context(time.GetUtcNow()) with { Subresource = "binding" },
                DryRun = operation.Parameters.DryRun,
                RequiredUid = binding.Metadata.Uid.Length > 0 ? binding.Metadata.Uid : null,
            },
            cancel);
        return new Status { Status_ = "Success", Code = 201 };
    }

    private static void Check(Binding binding)
    {
        var errors = new FieldErrors();
        var target = errors.At("target");
        if (binding.Target.Kind is not ("" or "Node"))
            target.At("kind").NotSupported(binding.Target.Kind, "Node", "<empty>");
        if (binding.Target.Name.Length == 0)
            target.At("name").Required();
        // Upstream forgets to make an answer of them.
        if (!errors.IsEmpty)
            throw new ApiException(ApiError.Failure(500, "", ApiError.Joined(errors.All), null));
    }

    private Pod Bound(Pod pod, Binding binding)
    {
        var name = pod.Metadata.Name;
        if (pod.Metadata.DeletionTimestamp is not null)
            throw Conflict(name, $"pod {name} is being deleted, cannot be assigned to a host");
        if (pod.Spec.NodeName.Length > 0)
            throw Conflict(name, $"pod {name} is already assigned to node \"{pod.Spec.NodeName}\"");
        if (!pod.Spec.SchedulingGates.IsEmpty)
            throw Conflict(name, $"pod {name} has non-empty .spec.schedulingGates");
        return pod with
        {
            Metadata = pod.Metadata with
            {
                Annotations = binding.Metadata.Annotations.IsEmpty ? pod.Metadata.Annotations : Merged(pod.Metadata.Annotations, binding.Metadata.Annotations),
                // Labels come from admission (topology of the node) and never replace the pod's own.
                Labels = binding.Metadata.Labels.IsEmpty ? pod.Metadata.Labels : Merged(binding.Metadata.Labels, pod.Metadata.Labels),
            },
            Spec = pod.Spec with { NodeName = binding.Target.Name },
            Status = pod.Status with { Conditions = Scheduled(pod) },
        };
    }

    private ValueList<PodCondition> Scheduled(Pod pod)
    {
        var condition = new PodCondition
        {
            Type = "PodScheduled",
            Status = "True",
            ObservedGeneration = pod.Metadata.Generation,
            LastTransitionTime = Timestamp.From(time.GetUtcNow()),
        };
        return pod.Status.Conditions.Where(other => other.Type != condition.Type).Append(condition).ToValueList();
    }

    private static ApiException Conflict(string pod, string why) => ApiError.Conflict(new GroupResource("", "pods/binding"), pod, why);

    private static ValueMap<string> Merged(ValueMap<string> weak, ValueMap<string> strong) =>
        weak.Where(pair => !strong.ContainsKey(pair.Key)).Concat(strong).ToValueMap();
}
