using System.Net;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.Storage;

/// <summary>Secrets as volumes.</summary>
internal sealed class SecretVolumeTests
{
    private static readonly FileVolumes Volumes = new("Secret", false);

    [Test, Conformance("[sig-storage] Secrets should be consumable from pods in volume [NodeConformance] [Conformance]")]
    public Task Keys_are_files() => Volumes.AreMountedAsync();

    [Test, Conformance("[sig-storage] Secrets should be consumable from pods in volume with defaultMode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Files_have_the_volumes_mode() => Volumes.AreMountedAsync(", defaultMode: 0400", shown: "400 root\nvalue-1");

    [Test, Conformance("[sig-storage] Secrets should be consumable from pods in volume as non-root with defaultMode and fsGroup set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task The_pods_group_reads_them() => Volumes.AreMountedAsync(", defaultMode: 0440", ", securityContext: {runAsUser: 1000, fsGroup: 1001}", "440 root\nvalue-1");

    [Test, Conformance("[sig-storage] Secrets should be consumable from pods in volume with mappings [NodeConformance] [Conformance]")]
    public Task Keys_are_mapped_to_paths() => Volumes.AreMappedAsync();

    [Test, Conformance("[sig-storage] Secrets should be consumable from pods in volume with mappings and Item Mode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Mapped_keys_have_their_items_mode() => Volumes.AreMappedAsync(", mode: 0400", shown: "400\nvalue-1");

    [Test, Conformance("[sig-storage] Secrets should be consumable in multiple volumes in a pod [NodeConformance] [Conformance]")]
    public Task One_secret_serves_two_volumes() => Volumes.AreMountedTwiceAsync();

    [Test, Conformance("[sig-storage] Secrets optional updates should be reflected in volume [NodeConformance] [Conformance]")]
    public Task Optional_secrets_come_and_go() => Volumes.MayComeAndGoAsync();

    [Test, Conformance("[sig-storage] Secrets should be able to mount in a volume regardless of a different secret existing with same name in different namespace [NodeConformance] [Conformance]")]
    public async Task The_secret_is_that_of_the_pods_namespace()
    {
        await using var other = await Scratch.CreateAsync();
        await other.Of<V1Secret>().CreateAsync("{metadata: {name: files}, stringData: {data-1: of another}}");
        await Volumes.AreMountedAsync();
    }

    [Test, Conformance("[sig-storage] Secrets should be immutable if `immutable` field is set [Conformance]")]
    public async Task An_immutable_secret_changes_no_more()
    {
        await using var scratch = await Scratch.CreateAsync();
        var secrets = scratch.Of<V1Secret>();
        await secrets.CreateAsync("{metadata: {name: one}, stringData: {key: a}}");
        await secrets.PatchAsync("one", """{"stringData":{"key":"b"}}""");
        await secrets.PatchAsync("one", """{"immutable":true}""");
        var refusal = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => secrets.PatchAsync("one", """{"stringData":{"key":"c"}}"""));
        Assert.That(refusal.Message, Does.Contain("field is immutable when `immutable` is set"));
        await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => secrets.PatchAsync("one", """{"immutable":false}"""));
        await secrets.PatchAsync("one", """{"metadata":{"labels":{"still":"free"}}}""");
        await secrets.DeleteAsync("one");
    }
}
