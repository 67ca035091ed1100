using k8s.Models;

namespace ControlPlane.Conformance.Storage;

/// <summary>Parts of volumes, and volumes that share a pod.</summary>
internal sealed class SubPathTests
{
    [Test, Conformance("[sig-storage] Subpath Atomic writer volumes should support subpaths with configmap pod [Conformance]")]
    public Task A_file_of_a_config_map_is_mounted() => IsMountedAsync("configMap: {name: files}", "data-1", "value-1");

    [Test, Conformance("[sig-storage] Subpath Atomic writer volumes should support subpaths with configmap pod with mountPath of existing file [Conformance]")]
    public Task A_file_of_a_config_map_is_mounted_over_a_file_of_the_image() => IsMountedAsync("configMap: {name: files}", "data-1", "value-1", "/etc/passwd");

    [Test, Conformance("[sig-storage] Subpath Atomic writer volumes should support subpaths with secret pod [Conformance]")]
    public Task A_file_of_a_secret_is_mounted() => IsMountedAsync("secret: {secretName: files}", "data-1", "value-1");

    [Test, Conformance("[sig-storage] Subpath Atomic writer volumes should support subpaths with downward pod [Conformance]")]
    public Task A_file_of_a_downward_volume_is_mounted() => IsMountedAsync("downwardAPI: {items: [{path: labels/all, fieldRef: {fieldPath: \"metadata.labels['of']\"}}]}", "labels/all", "test");

    [Test, Conformance("[sig-storage] Subpath Atomic writer volumes should support subpaths with projected pod [Conformance]")]
    public Task A_file_of_a_projected_volume_is_mounted() => IsMountedAsync("projected: {sources: [{configMap: {name: files}}, {secret: {name: files, items: [{key: data-1, path: secret}]}}]}", "secret", "value-1");

    [Test, Conformance("[sig-storage] EmptyDir wrapper volumes should not conflict [Conformance]")]
    public async Task A_secret_and_a_config_map_of_one_name_share_a_pod()
    {
        await using var scratch = await Scratch.CreateAsync();
        await FilesAsync(scratch);
        var output = await scratch.OutputOfAsync(
            "cat /a/data-1; cat /b/data-1", "volumeMounts: [{name: a, mountPath: /a}, {name: b, mountPath: /b}]",
            "volumes: [{name: a, secret: {secretName: files}}, {name: b, configMap: {name: files}}]");
        Assert.That(output, Is.EqualTo("value-1value-1"));
    }

    [Test, Conformance("[sig-storage] EmptyDir wrapper volumes should not cause race condition when used for configmaps [Serial] [Conformance]"), NonParallelizable]
    public async Task Many_config_maps_are_mounted_by_many_pods_at_once()
    {
        const int Maps = 50;
        const int Pods = 5;
        await using var scratch = await Scratch.CreateAsync();
        for (var index = 0; index < Maps; index++)
            await scratch.Of<V1ConfigMap>().CreateAsync($"{{metadata: {{name: map-{index}}}, data: {{data-1: value-1}}}}");
        var mounts = string.Join(", ", Enumerable.Range(0, Maps).Select(static index => $"{{name: v{index}, mountPath: /v/{index}}}"));
        var volumes = string.Join(", ", Enumerable.Range(0, Maps).Select(static index => $"{{name: v{index}, configMap: {{name: map-{index}}}}}"));
        var outputs = await Task.WhenAll(Enumerable.Range(0, Pods).Select(_ => scratch.OutputOfAsync("cat /v/*/data-1 | tr -d '\\n' | wc -c", $"volumeMounts: [{mounts}]", $"volumes: [{volumes}]")));
        Assert.That(outputs, Has.All.EqualTo($"{Maps * "value-1".Length}\n"));
    }

    private static async Task IsMountedAsync(string source, string subPath, string content, string mountPath = "/v/file")
    {
        await using var scratch = await Scratch.CreateAsync();
        await FilesAsync(scratch);
        var output = await scratch.OutputOfAsync($"cat {mountPath}", $"volumeMounts: [{{name: v, mountPath: {mountPath}, subPath: {subPath}}}]", $"volumes: [{{name: v, {source}}}]", "labels: {of: test}");
        Assert.That(output, Is.EqualTo(content));
    }

    private static async Task FilesAsync(Scratch scratch)
    {
        await new FileVolumes("ConfigMap", false).MakeAsync(scratch, "files");
        await new FileVolumes("Secret", false).MakeAsync(scratch, "files");
    }
}
