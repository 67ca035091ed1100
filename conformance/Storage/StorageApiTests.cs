using k8s.Models;

namespace ControlPlane.Conformance.Storage;

/// <summary>The kinds of storage, as objects.</summary>
internal sealed class StorageApiTests
{
    [Test, Conformance("[sig-storage] CSIInlineVolumes should run through the lifecycle of a CSIDriver [Conformance]")]
    public Task Drivers_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1CSIDriver>(), static name => $$$"""{metadata: {name: {{{name}}}}, spec: {attachRequired: false, podInfoOnMount: true, volumeLifecycleModes: [Ephemeral]}}""");

    [Test, Conformance("[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API [Conformance]")]
    public async Task A_pod_may_have_a_volume_of_a_driver_inline()
    {
        await using var scratch = await Scratch.CreateAsync();
        var made = await scratch.Pods.CreateAsync(PodRuns.Idle(
            "one", "volumeMounts: [{name: inline, mountPath: /inline}]",
            "nodeSelector: {none: here}, volumes: [{name: inline, csi: {driver: inline.example.com, fsType: ext4, readOnly: true, volumeAttributes: {size: small}}}]"));
        var volume = made.Spec.Volumes.Single(static one => one.Name == "inline");
        Assert.That((volume.Csi.Driver, volume.Csi.FsType, volume.Csi.ReadOnlyProperty, volume.Csi.VolumeAttributes["size"]), Is.EqualTo(("inline.example.com", "ext4", (bool?)true, "small")));
        await scratch.Pods.PatchAsync("one", """{"metadata":{"labels":{"patched":"true"}}}""");
        Assert.That(await scratch.Pods.ListAsync("labelSelector=patched%3Dtrue"), Has.Count.EqualTo(1));
        await scratch.Pods.DeleteAsync("one");
        await scratch.Pods.UntilGoneAsync("one");
    }

    [Test, Conformance("[sig-storage] CSINodes CSI Conformance should run through the lifecycle of a csinode [Conformance]")]
    public Task Driver_nodes_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1CSINode>(), static name => $$$"""{metadata: {name: {{{name}}}}, spec: {drivers: [{name: one.example.com, nodeID: {{{name}}}, topologyKeys: [example.com/zone], allocatable: {count: 4}}]}}""");

    [Test, Conformance("[sig-storage] CSIStorageCapacity should support CSIStorageCapacities API operations [Conformance]")]
    public async Task Storage_capacities_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(scratch.Of<V1CSIStorageCapacity>(), static name => $$$"""{metadata: {name: {{{name}}}}, storageClassName: fast, capacity: 1Gi, maximumVolumeSize: 100Mi, nodeTopology: {}}""");
    }

    [Test, Conformance("[sig-storage] StorageClasses CSI Conformance should run through the lifecycle of a StorageClass [Conformance]")]
    public Task Storage_classes_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1StorageClass>(), static name => $$$"""{metadata: {name: {{{name}}}}, provisioner: one.example.com, reclaimPolicy: Delete, volumeBindingMode: WaitForFirstConsumer, parameters: {kind: fast}}""");

    [Test, Conformance("[sig-storage] VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment [Conformance]")]
    public Task Volume_attachments_have_all_operations() => ApiOperations.WorkAsync(SharedCluster.Of<V1VolumeAttachment>(), Attachment);

    [Test, Conformance("[sig-storage] VolumeAttachment Conformance should apply changes to a volumeattachment status [Conformance]")]
    public Task The_status_of_a_volume_attachment_is_patched_and_updated() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1VolumeAttachment>(), Attachment, """{"status":{"attached":true,"attachmentMetadata":{"device":"sdz"}}}""",
        static attachment => attachment.Status is { Attached: true, AttachmentMetadata: { } details } && details["device"] == "sdz");

    private static string Attachment(string name) => $$$$"""{metadata: {name: {{{{name}}}}}, spec: {attacher: one.example.com, nodeName: none, source: {persistentVolumeName: {{{{name}}}}}}}""";
}
