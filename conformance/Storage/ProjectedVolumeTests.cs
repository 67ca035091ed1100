using k8s.Models;

namespace ControlPlane.Conformance.Storage;

/// <summary>ConfigMaps and Secrets in projected volumes.</summary>
internal sealed class ProjectedVolumeTests
{
    private const string NonRoot = ", securityContext: {runAsUser: 1000}";
    private static readonly FileVolumes Maps = new("ConfigMap", true);
    private static readonly FileVolumes Secrets = new("Secret", true);

    [Test, Conformance("[sig-storage] Projected configMap should be consumable from pods in volume [NodeConformance] [Conformance]")]
    public Task Keys_of_maps_are_files() => Maps.AreMountedAsync();

    [Test, Conformance("[sig-storage] Projected configMap should be consumable from pods in volume as non-root [NodeConformance] [Conformance]")]
    public Task Any_user_reads_maps() => Maps.AreMountedAsync(pod: NonRoot);

    [Test, Conformance("[sig-storage] Projected configMap should be consumable from pods in volume with defaultMode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Files_of_maps_have_the_volumes_mode() => Maps.AreMountedAsync(", defaultMode: 0400", shown: "400 root\nvalue-1");

    [Test, Conformance("[sig-storage] Projected configMap should be consumable from pods in volume with mappings [NodeConformance] [Conformance]")]
    public Task Keys_of_maps_are_mapped_to_paths() => Maps.AreMappedAsync();

    [Test, Conformance("[sig-storage] Projected configMap should be consumable from pods in volume with mappings and Item mode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Mapped_keys_of_maps_have_their_items_mode() => Maps.AreMappedAsync(", mode: 0400", shown: "400\nvalue-1");

    [Test, Conformance("[sig-storage] Projected configMap should be consumable from pods in volume with mappings as non-root [NodeConformance] [Conformance]")]
    public Task Any_user_reads_mapped_keys_of_maps() => Maps.AreMappedAsync(pod: NonRoot);

    [Test, Conformance("[sig-storage] Projected configMap should be consumable in multiple volumes in the same pod [NodeConformance] [Conformance]")]
    public Task One_map_serves_two_volumes() => Maps.AreMountedTwiceAsync();

    [Test, Conformance("[sig-storage] Projected configMap updates should be reflected in volume [NodeConformance] [Conformance]")]
    public Task Changes_of_maps_are_seen_in_the_pod() => Maps.AreUpdatedAsync();

    [Test, Conformance("[sig-storage] Projected configMap optional updates should be reflected in volume [NodeConformance] [Conformance]")]
    public Task Optional_maps_come_and_go() => Maps.MayComeAndGoAsync();

    [Test, Conformance("[sig-storage] Projected secret should be consumable from pods in volume [NodeConformance] [Conformance]")]
    public Task Keys_of_secrets_are_files() => Secrets.AreMountedAsync();

    [Test, Conformance("[sig-storage] Projected secret should be consumable from pods in volume with defaultMode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Files_of_secrets_have_the_volumes_mode() => Secrets.AreMountedAsync(", defaultMode: 0400", shown: "400 root\nvalue-1");

    [Test, Conformance("[sig-storage] Projected secret should be consumable from pods in volume as non-root with defaultMode and fsGroup set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task The_pods_group_reads_secrets() => Secrets.AreMountedAsync(", defaultMode: 0440", ", securityContext: {runAsUser: 1000, fsGroup: 1001}", "440 root\nvalue-1");

    [Test, Conformance("[sig-storage] Projected secret should be consumable from pods in volume with mappings [NodeConformance] [Conformance]")]
    public Task Keys_of_secrets_are_mapped_to_paths() => Secrets.AreMappedAsync();

    [Test, Conformance("[sig-storage] Projected secret should be consumable from pods in volume with mappings and Item Mode set [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Mapped_keys_of_secrets_have_their_items_mode() => Secrets.AreMappedAsync(", mode: 0400", shown: "400\nvalue-1");

    [Test, Conformance("[sig-storage] Projected secret should be consumable in multiple volumes in a pod [NodeConformance] [Conformance]")]
    public Task One_secret_serves_two_volumes() => Secrets.AreMountedTwiceAsync();

    [Test, Conformance("[sig-storage] Projected secret optional updates should be reflected in volume [NodeConformance] [Conformance]")]
    public Task Optional_secrets_come_and_go() => Secrets.MayComeAndGoAsync();

    [Test, Conformance("[sig-storage] Projected combined should project all components that make up the projection API [Projection] [NodeConformance] [Conformance]")]
    public async Task One_volume_has_files_of_all_sources()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ConfigMap>().CreateAsync("{metadata: {name: map}, data: {map-data: from-map}}");
        await scratch.Of<V1Secret>().CreateAsync("{metadata: {name: secret}, stringData: {secret-data: from-secret}}");
        var output = await scratch.OutputOfAsync(
            "cat /v/podname; echo; cat /v/map-data; echo; cat /v/secret-data", "volumeMounts: [{name: v, mountPath: /v}]",
            """
            volumes: [{name: v, projected: {sources: [{downwardAPI: {items: [{path: podname, fieldRef: {fieldPath: metadata.name}}]}},
              {secret: {name: secret, items: [{key: secret-data, path: secret-data}]}}, {configMap: {name: map, items: [{key: map-data, path: map-data}]}}]}}]
            """);
        Assert.That(output, Does.Match("^run-[0-9a-f]+\nfrom-map\nfrom-secret$"));
    }
}
