using System.Collections.Frozen;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Types;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>The types that documents speak of beside the kinds of their resources, and what descriptors don't tell of types.</summary>
internal static class OpenApiTypes
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    // pkg/registry: the stores that set ReturnDeletedObject
    private static readonly FrozenSet<GroupKind> ReturnedWhenDeleted = new GroupKind[]
    {
        new("", "PersistentVolume"), new("", "PersistentVolumeClaim"), new("", "Pod"), new("", "PodTemplate"), new("", "ResourceQuota"), new("", "Service"), new("", "ServiceAccount"),
        new("resource.k8s.io", "DeviceClass"), new("resource.k8s.io", "ResourceClaim"), new("resource.k8s.io", "ResourceClaimTemplate"), new("resource.k8s.io", "ResourceSlice"),
        new("storage.k8s.io", "CSIDriver"), new("storage.k8s.io", "CSINode"), new("storage.k8s.io", "StorageClass"), new("storage.k8s.io", "VolumeAttachment"), new("storage.k8s.io", "VolumeAttributesClass"),
    }.ToFrozenSet();

    private static readonly Lazy<FrozenDictionary<string, GroupVersionKind>> Kinds = new(static () => BuiltInTypes.AllKinds()
        .Where(type => type.Descriptor.Name is not null)
        .ToFrozenDictionary(type => type.Descriptor.Name!, type => type.Kind, StringComparer.Ordinal));

    /// <summary>metav1.Status</summary>
    public static TypeDescriptor Status => Machinery.Meta.Status.Descriptor;

    /// <summary>metav1.DeleteOptions</summary>
    public static TypeDescriptor DeleteOptions => Machinery.Meta.DeleteOptions.Descriptor;

    /// <summary>metav1.WatchEvent</summary>
    public static TypeDescriptor WatchEvent => Machinery.Meta.WatchEvent.Descriptor;

    /// <summary>Any patch document.</summary>
    public static TypeDescriptor Patch { get; } = new() { Name = Meta + "Patch", Shape = ValueShape.Untyped };

    /// <summary>Does deleting one answer with the object itself?</summary>
    public static bool AreReturnedWhenDeleted(GroupKind kind) => ReturnedWhenDeleted.Contains(kind);

    /// <summary>The kinds that a type stands for in a document of one group version; options and events belong to every group version that takes them.</summary>
    public static IEnumerable<GroupVersionKind> KindsOf(string type, GroupVersion document)
    {
        var own = type == Meta + "WatchEvent" ? new GroupVersionKind("", "v1", "WatchEvent")
            : Kinds.Value.TryGetValue(type, out var known) ? known
            : default;
        if (own.Kind is null)
            yield break;
        yield return own;
        if (type is Meta + "WatchEvent" or Meta + "DeleteOptions" && own.GroupVersion != document && document.Version is not null)
            yield return own with { Group = document.Group, Version = document.Version };
    }

    /// <summary>x-kubernetes-unions, as JSON: which fields exclude each other, and which field tells. Null for types without.</summary>
    public static string? UnionsOf(string type) => type switch
    {
        "io.k8s.api.core.v1.AppArmorProfile" or "io.k8s.api.core.v1.SeccompProfile" =>
            """[{"discriminator":"type","fields-to-discriminateBy":{"localhostProfile":"LocalhostProfile"}}]""",
        "io.k8s.api.core.v1.PodSchedulingGroup" => """[{"fields-to-discriminateBy":{"podGroupName":"PodGroupName"}}]""",
        "io.k8s.api.flowcontrol.v1.LimitResponse" => """[{"discriminator":"type","fields-to-discriminateBy":{"queuing":"Queuing"}}]""",
        "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec" => """[{"discriminator":"type","fields-to-discriminateBy":{"exempt":"Exempt","limited":"Limited"}}]""",
        "io.k8s.api.flowcontrol.v1.Subject" =>
            """[{"discriminator":"kind","fields-to-discriminateBy":{"group":"Group","serviceAccount":"ServiceAccount","user":"User"}}]""",
        _ => null,
    };

    /// <summary>Is nothing said about how a list is merged? The items of lists of objects, which nobody applies, and one field that upstream forgot.</summary>
    public static bool IsUnmerged(string type, string field) =>
        (field == "items" && type.EndsWith("List", StringComparison.Ordinal)) || (type == Meta + "APIResource" && field == "verbs");

    /// <summary>Are bytes said to be an atomic list? To Go they are one, and this one field says so.</summary>
    public static bool IsListOfBytes(string type, string field) => type.EndsWith(".APIServiceSpec", StringComparison.Ordinal) && field == "caBundle";

    /// <summary>Is the position said to be granular, though its type is atomic or nobody asked?</summary>
    public static bool IsExplicitlyGranular(string type, string field) => (type, field) is
        ("io.k8s.api.core.v1.PersistentVolumeSpec", "claimRef") or ("io.k8s.api.core.v1.PersistentVolumeClaimStatus", "allocatedResourceStatuses");

    /// <summary>
    /// Does a reference stand bare? A reference with siblings is wrapped in allOf, and every field has a description as sibling, save those that upstream forgot to describe.
    /// </summary>
    public static bool IsBareReference(string type, string field) => type switch
    {
        "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps" => field != "default",
        "io.k8s.api.networking.v1.IngressRule" => field == "http",
        _ => false,
    };
}
