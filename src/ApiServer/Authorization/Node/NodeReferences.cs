using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;
using ControlPlane.Types.Storage;

namespace ControlPlane.ApiServer.Authorization.Node;

/// <summary>Keeps a <see cref="NodeGraph"/> true to pods, volumes and attachments as they come, change and go.</summary>
internal static class NodeReferences
{
    /// <summary>An object was made or changed; kinds that the graph does not need are passed over.</summary>
    public static void Apply(this NodeGraph graph, IApiObject record)
    {
        switch (record)
        {
            case Pod { Spec.NodeName.Length: > 0 } pod when pod.Status.Phase is not ("Succeeded" or "Failed"):
                graph.SetPod(pod.Metadata.Uid, pod.Spec.NodeName, Of(pod));
                break;
            case Pod { Spec.NodeName.Length: > 0 } ended:
                // An ended pod needs nothing any more, but its node still reports on it.
                graph.SetPod(ended.Metadata.Uid, ended.Spec.NodeName, [new(NodeObjectKind.Pod, ended.Metadata.Namespace, ended.Metadata.Name)]);
                break;
            case PersistentVolume { Spec.ClaimRef: { } claim } volume:
                graph.SetVolume(volume.Metadata.Name, new(NodeObjectKind.PersistentVolumeClaim, claim.Namespace, claim.Name), Secrets(volume));
                break;
            case PersistentVolume unbound:
                graph.RemoveVolume(unbound.Metadata.Name);
                break;
            case VolumeAttachment attachment:
                graph.SetAttachment(attachment.Metadata.Name, attachment.Spec.NodeName);
                break;
        }
    }

    /// <summary>An object was deleted.</summary>
    public static void Forget(this NodeGraph graph, IApiObject record)
    {
        switch (record)
        {
            case Pod pod:
                graph.RemovePod(pod.Metadata.Uid);
                break;
            case PersistentVolume volume:
                graph.RemoveVolume(volume.Metadata.Name);
                break;
            case VolumeAttachment attachment:
                graph.RemoveAttachment(attachment.Metadata.Name);
                break;
        }
    }

    /// <summary>What a pod's node must be able to read (pkg/api/v1/pod: VisitPodSecretNames and its like).</summary>
    public static ImmutableArray<NodeObject> Of(Pod pod)
    {
        var found = new HashSet<NodeObject> { new(NodeObjectKind.Pod, pod.Metadata.Namespace, pod.Metadata.Name) };
        var @namespace = pod.Metadata.Namespace;
        Add(NodeObjectKind.ServiceAccount, pod.Spec.ServiceAccountName);
        foreach (var secret in pod.Spec.ImagePullSecrets)
            Add(NodeObjectKind.Secret, secret.Name);
        foreach (var container in pod.Spec.Containers)
            AddEnvironment(container.EnvFrom, container.Env);
        foreach (var container in pod.Spec.InitContainers)
            AddEnvironment(container.EnvFrom, container.Env);
        foreach (var container in pod.Spec.EphemeralContainers)
            AddEnvironment(container.EnvFrom, container.Env);
        foreach (var volume in pod.Spec.Volumes)
            AddVolume(volume);
        foreach (var status in pod.Status.ResourceClaimStatuses)
            Add(NodeObjectKind.ResourceClaim, status.ResourceClaimName);
        foreach (var claim in pod.Spec.ResourceClaims)
            Add(NodeObjectKind.ResourceClaim, claim.ResourceClaimName);
        return [.. found];

        void Add(NodeObjectKind kind, string? name)
        {
            if (!string.IsNullOrEmpty(name))
                found.Add(new NodeObject(kind, @namespace, name));
        }

        void AddEnvironment(IReadOnlyList<EnvFromSource> sources, IReadOnlyList<EnvVar> variables)
        {
            foreach (var source in sources)
            {
                Add(NodeObjectKind.Secret, source.SecretRef?.Name);
                Add(NodeObjectKind.ConfigMap, source.ConfigMapRef?.Name);
            }

            foreach (var variable in variables)
            {
                Add(NodeObjectKind.Secret, variable.ValueFrom?.SecretKeyRef?.Name);
                Add(NodeObjectKind.ConfigMap, variable.ValueFrom?.ConfigMapKeyRef?.Name);
            }
        }

        void AddVolume(Volume volume)
        {
            Add(NodeObjectKind.Secret, volume.Secret?.SecretName);
            Add(NodeObjectKind.ConfigMap, volume.ConfigMap?.Name);
            Add(NodeObjectKind.PersistentVolumeClaim, volume.PersistentVolumeClaim?.ClaimName);
            Add(NodeObjectKind.PersistentVolumeClaim, volume.Ephemeral is null ? null : $"{pod.Metadata.Name}-{volume.Name}");
            Add(NodeObjectKind.Secret, volume.Csi?.NodePublishSecretRef?.Name);
            Add(NodeObjectKind.Secret, volume.AzureFile?.SecretName);
            Add(NodeObjectKind.Secret, volume.Cephfs?.SecretRef?.Name);
            Add(NodeObjectKind.Secret, volume.Rbd?.SecretRef?.Name);
            Add(NodeObjectKind.Secret, volume.Iscsi?.SecretRef?.Name);
            Add(NodeObjectKind.Secret, volume.FlexVolume?.SecretRef?.Name);
            foreach (var source in volume.Projected?.Sources ?? [])
            {
                Add(NodeObjectKind.Secret, source.Secret?.Name);
                Add(NodeObjectKind.ConfigMap, source.ConfigMap?.Name);
            }
        }
    }

    // pkg/api/v1/persistentvolume: VisitPVSecretNames, of the drivers that are still served
    private static ImmutableArray<NodeObject> Secrets(PersistentVolume volume)
    {
        SecretReference?[] references =
        [
            volume.Spec.Csi?.ControllerPublishSecretRef, volume.Spec.Csi?.NodePublishSecretRef, volume.Spec.Csi?.NodeStageSecretRef, volume.Spec.Csi?.NodeExpandSecretRef,
            volume.Spec.Iscsi?.SecretRef, volume.Spec.Rbd?.SecretRef, volume.Spec.Cephfs?.SecretRef, volume.Spec.FlexVolume?.SecretRef,
        ];
        return [.. references.OfType<SecretReference>().Select(reference => new NodeObject(
            NodeObjectKind.Secret, reference.Namespace.Length == 0 ? volume.Spec.ClaimRef!.Namespace : reference.Namespace, reference.Name))];
    }
}
