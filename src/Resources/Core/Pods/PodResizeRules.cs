using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// pods/resize: what a pod's containers, and the pod as a whole, may use of cpu and memory while they run (core/validation: ValidatePodResize). Nothing else
/// changes, nothing that was asked for is given up, and the pod stays as sure of its resources as it was.
/// </summary>
internal static class PodResizeRules
{
    private const string OnlyCpuAndMemory = "only cpu and memory resources are mutable";

    /// <summary>The old pod with the new one's resources, where the containers are the same ones in the same order.</summary>
    internal static Pod Prepared(Pod pod, Pod old)
    {
        var spec = pod.Spec;
        if (spec.Containers.Count != old.Spec.Containers.Count || spec.InitContainers.Count != old.Spec.InitContainers.Count)
            return pod;
        return PodSubresources.Only(pod, old, old.Spec with
        {
            Containers = WithResourcesOf(old.Spec.Containers, spec.Containers),
            InitContainers = WithResourcesOf(old.Spec.InitContainers, spec.InitContainers),
            Resources = spec.Resources,
        });
    }

    internal static void Check(Pod pod, Pod old, FieldErrors errors)
    {
        if (PodSubresources.IsMirror(old))
        {
            errors.At("").Forbidden("static pods cannot be resized");
            return;
        }

        if (old.Spec.Os is { Name: "windows" })
        {
            errors.At("").Forbidden("windows pods cannot be resized");
            return;
        }

        PodValidation.CheckPod(pod, errors);
        var (spec, before) = (errors.At("spec"), old.Spec);
        if (!AreSame(pod.Spec.Containers, before.Containers, spec.At("containers")) || !AreSame(pod.Spec.InitContainers, before.InitContainers, spec.At("initContainers")))
            return;
        var quality = old.Status.QosClass.Length > 0 ? old.Status.QosClass : old.QualityOfService;
        if (pod.QualityOfService != quality)
            spec.Invalid(pod.Status.QosClass, "Pod QOS Class may not change as a result of resizing");
        if (!IsSupported(old))
            spec.Forbidden("Pod running on node without support for resize");
        CheckRemoved(pod.Spec.Resources, before.Resources, spec.At("resources"));
        CheckContainers(pod.Spec.InitContainers, before.InitContainers, spec.At("initContainers"), spec);
        CheckContainers(pod.Spec.Containers, before.Containers, spec.At("containers"), spec);
        if (errors.IsEmpty && WithComputeOf(pod.Spec, before) != before)
            spec.Forbidden(OnlyCpuAndMemory);
    }

    private static bool AreSame(ValueList<Container> containers, ValueList<Container> old, FieldErrors at)
    {
        if (containers.Count != old.Count)
        {
            at.Forbidden("pod updates may not add or remove containers");
            return false;
        }

        for (var i = 0; i < old.Count; i++)
        {
            if (containers[i].Name == old[i].Name)
                continue;
            at.At(i).At("name").Forbidden("containers may not be renamed or reordered on resize");
            return false;
        }

        return true;
    }

    private static void CheckContainers(ValueList<Container> containers, ValueList<Container> old, FieldErrors at, FieldErrors spec)
    {
        for (var i = 0; i < old.Count; i++)
        {
            CheckRemoved(containers[i].Resources, old[i].Resources, at.At(i).At("resources"));
            if (WithComputeOf(containers[i], old[i]) != old[i])
                spec.Forbidden(OnlyCpuAndMemory);
        }
    }

    private static void CheckRemoved(ResourceRequirements? resources, ResourceRequirements? old, FieldErrors at)
    {
        if (IsRemoved(resources?.Requests ?? default, old?.Requests ?? default))
            at.At("requests").Forbidden("resource requests cannot be removed");
        if (IsRemoved(resources?.Limits ?? default, old?.Limits ?? default))
            at.At("limits").Forbidden("resource limits cannot be removed");
    }

    private static bool IsRemoved(ValueMap<Quantity> quantities, ValueMap<Quantity> old) => old.Any(entry => !quantities.ContainsKey(entry.Key));

    // A node that tells what a running container has been given can give it more.
    private static bool IsSupported(Pod pod)
    {
        var running = pod.Status.ContainerStatuses.FirstOrDefault(status => status.State.Running is not null);
        return running is null || running.Resources is not null;
    }

    private static ValueList<Container> WithResourcesOf(ValueList<Container> old, ValueList<Container> containers)
    {
        if (old.IsEmpty)
            return old;
        return old.Select((container, i) => containers[i].Name == container.Name
            ? container with { Resources = containers[i].Resources, ResizePolicy = containers[i].ResizePolicy }
            : containers[i]).ToValueList();
    }

    private static PodSpec WithComputeOf(PodSpec spec, PodSpec old) => spec with
    {
        Containers = old.Containers,
        InitContainers = old.InitContainers,
        Resources = spec.Resources is { } whole && old.Resources is { } before ? WithComputeOf(whole, before) : spec.Resources,
    };

    private static Container WithComputeOf(Container container, Container old) => container with { Resources = WithComputeOf(container.Resources, old.Resources) };

    private static ResourceRequirements WithComputeOf(ResourceRequirements resources, ResourceRequirements old) => resources with
    {
        Limits = WithComputeOf(resources.Limits, old.Limits),
        Requests = WithComputeOf(resources.Requests, old.Requests),
    };

    private static ValueMap<Quantity> WithComputeOf(ValueMap<Quantity> quantities, ValueMap<Quantity> old) =>
        quantities.Where(entry => !IsCompute(entry.Key)).Concat(old.Where(entry => IsCompute(entry.Key))).ToValueMap();

    private static bool IsCompute(string resource) => resource is "cpu" or "memory";
}
