using System.Text.Json;
using k8s;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.Apps;

/// <summary>Deployments and replica sets of the test image, and what their tests have in common.</summary>
internal static class Workloads
{
    /// <summary>A deployment in YAML; its pods are labelled <c>app: web</c>.</summary>
    public static string Deployment(string name, int replicas, string spec = "", string image = SharedCluster.Busybox) =>
        $"{{metadata: {{name: {name}, labels: {{app: web}}}}, spec: {{{Spec(replicas, image)}{(spec.Length == 0 ? "" : ", " + spec)}}}}}";

    /// <summary>A replica set in YAML; its pods are labelled <c>app: web</c>.</summary>
    public static string ReplicaSet(string name, int replicas, string image = SharedCluster.Busybox) => $"{{metadata: {{name: {name}, labels: {{app: web}}}}, spec: {{{Spec(replicas, image)}}}}}";

    /// <summary>Creates a deployment and waits until all its pods are ready.</summary>
    public static async Task RolledOutAsync(this Scratch scratch, string yaml) =>
        await scratch.UntilRolledOutAsync((await scratch.Of<V1Deployment>().CreateAsync(yaml)).Metadata.Name);

    /// <summary>Waits until all pods of a deployment are of its newest template, and ready.</summary>
    public static Task<V1Deployment> UntilRolledOutAsync(this Scratch scratch, string name) => scratch.Of<V1Deployment>().UntilAsync(
        name,
        static one => one.Status.ObservedGeneration >= one.Metadata.Generation && one.Status.UpdatedReplicas == one.Spec.Replicas
            && one.Status.ReadyReplicas == one.Spec.Replicas && one.Status.Replicas == one.Spec.Replicas);

    /// <summary>Gives a deployment another image.</summary>
    public static Task<V1Deployment> SetImageAsync(this Scratch scratch, string name, string image = SharedCluster.NextBusybox) =>
        scratch.Of<V1Deployment>().PatchAsync(name, $$$$$"""{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"{{{{{image}}}}}"}]}}}}""", Resource<V1Deployment>.Strategic);

    /// <summary>Passes if the scale subresource reads, replaces and patches the number of replicas, which is 1; leaves 3.</summary>
    public static async Task ScalesAsync(Scratch scratch, string plural, string name)
    {
        var path = $"apis/apps/v1/namespaces/{scratch.Name}/{plural}/{name}/scale";
        var scale = KubernetesJson.Deserialize<V1Scale>(await scratch.Client.ReadAsync(path));
        Assert.That((scale.Kind, scale.Spec.Replicas), Is.EqualTo(("Scale", (int?)1)));
        scale.Metadata.ResourceVersion = null;
        scale.Spec.Replicas = 2;
        using (var replaced = await scratch.Client.SendAsync(HttpMethod.Put, path, Json(KubernetesJson.Serialize(scale))))
            Assert.That(KubernetesJson.Deserialize<V1Scale>(await replaced.Content.ReadAsStringAsync()).Spec.Replicas, Is.EqualTo(2));
        using (var patched = await scratch.Client.SendAsync(HttpMethod.Patch, path, Json("""{"spec":{"replicas":3}}""", "application/merge-patch+json")))
            Assert.That(KubernetesJson.Deserialize<V1Scale>(await patched.Content.ReadAsStringAsync()).Spec.Replicas, Is.EqualTo(3));
        using var owner = JsonDocument.Parse(await scratch.Client.ReadAsync(path.Replace("/scale", "", StringComparison.Ordinal)));
        Assert.That(owner.RootElement.GetProperty("spec").GetProperty("replicas").GetInt32(), Is.EqualTo(3));
    }

    /// <summary>Passes if conditions are added by a patch and by an update of the status.</summary>
    public static async Task StatusWorksAsync<T>(Resource<T> resource, string name, string patchType, Func<T, IEnumerable<string>> types, Action<T> add)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        await resource.GetAsync(name, "status");
        const string Patch = """{"metadata":{"annotations":{"patched":"true"}},"status":{"conditions":[{"type":"StatusPatched","status":"True","reason":"Test","message":"patched"}]}}""";
        var patched = await resource.PatchAsync(name, Patch, patchType, "status");
        Assert.That(types(patched), Does.Contain("StatusPatched"));
        Assert.That(patched.Metadata.Annotations["patched"], Is.EqualTo("true"));
        Assert.That(types(await resource.UpdateAsync(name, add, "status")), Does.Contain("StatusUpdate"));
    }

    private static string Spec(int replicas, string image) =>
        $$$"""
        replicas: {{{replicas}}}, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {terminationGracePeriodSeconds: 1,
          containers: [{name: main, image: {{{image}}}, command: [sh, -c, "trap 'exit 0' TERM; while true; do sleep 0.5; done"]}]}}
        """;
}
