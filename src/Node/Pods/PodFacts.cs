using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods;

/// <summary>Questions about one pod that the node asks again and again.</summary>
internal static class PodFacts
{
    extension(Pod pod)
    {
        /// <summary>As messages name a pod: "name_namespace(uid)".</summary>
        public string Display => $"{pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})";

        /// <summary>Has it ended, once and for all?</summary>
        public bool IsFinished => pod.Status.Phase is "Succeeded" or "Failed";

        /// <summary>Seconds that its containers get to end by themselves.</summary>
        public long GraceSeconds => pod.Metadata.DeletionGracePeriodSeconds ?? pod.Spec.TerminationGracePeriodSeconds ?? 30;

        /// <summary>The init containers that go on beside the others.</summary>
        public IEnumerable<IContainer> Sidecars => pod.Spec.InitContainers.Where(static container => container.IsSidecar);

        /// <summary>All that run when the pod is complete: sidecars and containers.</summary>
        public IEnumerable<IContainer> LastingContainers => [.. pod.Sidecars, .. pod.Spec.Containers];

        /// <summary>All containers in the order of their start.</summary>
        public IEnumerable<IContainer> AllContainers => [.. pod.Spec.InitContainers, .. pod.Spec.Containers, .. pod.Spec.EphemeralContainers];

        /// <summary>What an event about one of its containers is about.</summary>
        public ObjectReference ReferenceTo(IContainer container) => new()
        {
            Kind = Pod.Kind.Kind,
            ApiVersion = Pod.Kind.ApiVersion,
            Namespace = pod.Metadata.Namespace,
            Name = pod.Metadata.Name,
            Uid = pod.Metadata.Uid,
            ResourceVersion = pod.Metadata.ResourceVersion,
            FieldPath = pod.FieldPathOf(container),
        };

        private string FieldPathOf(IContainer container) => container switch
        {
            EphemeralContainer => $"spec.ephemeralContainers{{{container.Name}}}",
            _ when pod.Spec.InitContainers.Any(init => ReferenceEquals(init, container)) => $"spec.initContainers{{{container.Name}}}",
            _ => $"spec.containers{{{container.Name}}}",
        };
    }

    extension(IContainer container)
    {
        /// <summary>An init container that goes on beside the others.</summary>
        public bool IsSidecar => container.RestartPolicy == "Always";
    }
}
