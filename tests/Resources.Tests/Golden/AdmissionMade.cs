using System.Text.Json.Nodes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using ControlPlane.Types.Storage;

namespace ControlPlane.Resources.Tests.Golden;

/// <summary>
/// What upstream's admission plugins put into pods between defaulting and checking. It is no part of a definition: here it is made where checks of an update would
/// stumble over its absence, and left out of what is compared.
/// </summary>
internal static class AdmissionMade
{
    private static readonly string[] NodeTaints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    private static readonly string[] AllocatedFields = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];

    private static readonly string[] RequesterFields = ["username", "uid", "groups", "extra"];

    private static readonly string[] PodFields = ["serviceAccount", "serviceAccountName", "priority", "preemptionPolicy"];

    /// <summary>As the plugins leave a new pod.</summary>
    public static IApiObject OnCreate(IApiObject value) => value switch
    {
        Pod { Spec.ServiceAccountName.Length: 0 } pod => pod with { Spec = Tolerating(pod.Spec) with { ServiceAccountName = "default" } },
        Pod pod => pod with { Spec = Tolerating(pod.Spec) },
        PersistentVolumeClaim claim => claim with { Metadata = Protected(claim.Metadata, "kubernetes.io/pvc-protection") },
        PersistentVolume volume => volume with { Metadata = Protected(volume.Metadata, "kubernetes.io/pv-protection") },
        VolumeAttributesClass attributes => attributes with { Metadata = Protected(attributes.Metadata, "kubernetes.io/vac-protection") },
        Node node => node with { Spec = node.Spec with { Taints = node.Spec.Taints.Add(new() { Key = NodeTaints[0], Effect = "NoSchedule" }) } },
        _ => value,
    };

    /// <summary>As the plugins leave a changed pod.</summary>
    public static IApiObject OnUpdate(IApiObject value, IApiObject old) => (value, old) is (Pod pod, Pod oldPod)
        ? pod with { Spec = Tolerating(pod.Spec) with { Priority = oldPod.Spec.Priority, PreemptionPolicy = pod.Spec.PreemptionPolicy ?? oldPod.Spec.PreemptionPolicy } }
        : value;

    /// <summary>Takes it out of an object that is to be compared.</summary>
    public static void Remove(JsonObject value)
    {
        if ((string?)value["kind"] == "Service")
            RemoveAllocated(value["spec"] as JsonObject ?? []);
        if ((string?)value["kind"] == "CertificateSigningRequest" && value["spec"] is JsonObject request)
        {
            foreach (var field in RequesterFields)
                request.Remove(field);
        }

        if ((string?)value["kind"] != "Pod" || value["spec"] is not JsonObject spec)
            return;
        foreach (var field in PodFields)
            spec.Remove(field);
        RemoveItems(spec, "tolerations", item => NodeTaints.Contains((string?)item["key"]));
        RemoveItems(spec, "volumes", IsTokenVolume);
        foreach (var containers in new[] { "containers", "initContainers" })
        {
            foreach (var container in (spec[containers] as JsonArray ?? []).OfType<JsonObject>())
                RemoveItems(container, "volumeMounts", IsTokenVolume);
        }
    }

    private static ObjectMeta Protected(ObjectMeta metadata, string finalizer) => metadata with { Finalizers = [.. metadata.Finalizers, finalizer] };

    // What a service gets out of the ranges of addresses and ports.
    private static void RemoveAllocated(JsonObject spec)
    {
        foreach (var field in AllocatedFields)
            spec.Remove(field);
        foreach (var port in (spec["ports"] as JsonArray ?? []).OfType<JsonObject>())
            port.Remove("nodePort");
    }

    private static bool IsTokenVolume(JsonObject item) => ((string?)item["name"])?.StartsWith("kube-api-access-", StringComparison.Ordinal) is true;

    private static void RemoveItems(JsonObject parent, string field, Predicate<JsonObject> condition)
    {
        if (parent[field] is not JsonArray items)
            return;
        foreach (var item in items.OfType<JsonObject>().Where(item => condition(item)).ToList())
            items.Remove(item);
        if (items.Count == 0)
            parent.Remove(field);
    }

    private static PodSpec Tolerating(PodSpec spec)
    {
        var missing = NodeTaints.Where(taint => !spec.Tolerations.Any(toleration => Covers(toleration, taint)));
        return spec with
        {
            Tolerations = [.. spec.Tolerations, .. missing.Select(taint => new Toleration { Key = taint, Operator = "Exists", Effect = "NoExecute", TolerationSeconds = 300 })],
        };
    }

    private static bool Covers(Toleration toleration, string taint) =>
        (toleration.Key == taint || toleration.Key.Length == 0) && toleration.Effect is "NoExecute" or "";
}
