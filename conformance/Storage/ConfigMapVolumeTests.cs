using System.Net;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.Storage;

/// <summary>ConfigMaps as volumes.</summary>
internal sealed class ConfigMapVolumeTests
{
    private const string NonRoot = ", securityContext: {runAsUser: 1000}";
    private static readonly FileVolumes Volumes = new("ConfigMap", false);

    [Test, Conformance("[sig-storage] ConfigMap should be consumable from pods in volume [NodeConformance] [Conformance]")]
    public Task Keys_are_files() => Volumes.AreMountedAsync();

    [Test, Conformance("[sig-storage] ConfigMap should be consumable from pods in volume as non-root [NodeConformance] [Conformance]")]
    public Task Any_user_reads_them() => Volumes.AreMountedAsync(pod: NonRoot);

    [Test, Conformance("[sig-storage] ConfigMap should be consumable from pods in volume with defaultMode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Files_have_the_volumes_mode() => Volumes.AreMountedAsync(", defaultMode: 0400", shown: "400 root\nvalue-1");

    [Test, Conformance("[sig-storage] ConfigMap should be consumable from pods in volume with mappings [NodeConformance] [Conformance]")]
    public Task Keys_are_mapped_to_paths() => Volumes.AreMappedAsync();

    [Test, Conformance("[sig-storage] ConfigMap should be consumable from pods in volume with mappings and Item mode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Mapped_keys_have_their_items_mode() => Volumes.AreMappedAsync(", mode: 0400", shown: "400\nvalue-1");

    [Test, Conformance("[sig-storage] ConfigMap should be consumable from pods in volume with mappings as non-root [NodeConformance] [Conformance]")]
    public Task Any_user_reads_mapped_keys() => Volumes.AreMappedAsync(pod: NonRoot);

    [Test, Conformance("[sig-storage] ConfigMap should be consumable in multiple volumes in the same pod [NodeConformance] [Conformance]")]
    public Task One_map_serves_two_volumes() => Volumes.AreMountedTwiceAsync();

    [Test, Conformance("[sig-storage] ConfigMap updates should be reflected in volume [NodeConformance] [Conformance]")]
    public Task Changes_are_seen_in_the_pod() => Volumes.AreUpdatedAsync();

    [Test, Conformance("[sig-storage] ConfigMap optional updates should be reflected in volume [NodeConformance] [Conformance]")]
    public Task Optional_maps_come_and_go() => Volumes.MayComeAndGoAsync();

    [Test, Conformance("[sig-storage] ConfigMap binary data should be reflected in volume [NodeConformance] [Conformance]")]
    public async Task Binary_data_is_a_file_as_it_is()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ConfigMap>().CreateAsync("{metadata: {name: files}, data: {text: abc}, binaryData: {bytes: 3sr+QA==}}");
        var output = await scratch.OutputOfAsync("cat /v/text; sha256sum < /v/bytes", "volumeMounts: [{name: v, mountPath: /v}]", "volumes: [{name: v, configMap: {name: files}}]");
        var digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([0xde, 0xca, 0xfe, 0x40]));
        Assert.That(output, Is.EqualTo($"abc{digest}  -\n"));
    }

    [Test, Conformance("[sig-storage] ConfigMap should be immutable if `immutable` field is set [Conformance]")]
    public async Task An_immutable_map_changes_no_more()
    {
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        await maps.CreateAsync("{metadata: {name: one}, data: {key: a}}");
        await maps.PatchAsync("one", """{"data":{"key":"b"}}""");
        await maps.PatchAsync("one", """{"immutable":true}""");
        var refusal = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => maps.PatchAsync("one", """{"data":{"key":"c"}}"""));
        Assert.That(refusal.Message, Does.Contain("field is immutable when `immutable` is set"));
        await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => maps.PatchAsync("one", """{"immutable":false}"""));
        await maps.PatchAsync("one", """{"metadata":{"labels":{"still":"free"}}}""");
        await maps.DeleteAsync("one");
    }
}
