using System.Globalization;
using k8s.Models;

namespace ControlPlane.Conformance.Storage;

/// <summary>What a pod's own facts look like as files, in a downward volume or in a projected one.</summary>
/// <param name="Projected">Is the volume a projected one?</param>
internal sealed record DownwardFiles(bool Projected)
{
    private const string Limits = "resources: {requests: {cpu: 250m, memory: 32Mi}, limits: {cpu: 1250m, memory: 64Mi}}";

    /// <summary>The pod's name.</summary>
    public async Task TellTheNameAsync() => Assert.That(await ShowAsync("fieldRef: {fieldPath: metadata.name}"), Does.Match("^run-[0-9a-f]+$"));

    /// <summary>A limit or request of the container.</summary>
    public async Task TellResourceAsync(string resource, string divisor, string shown) =>
        Assert.That(await ShowAsync($"resourceFieldRef: {{containerName: main, resource: {resource}, divisor: {divisor}}}", Limits), Is.EqualTo(shown));

    /// <summary>Where the container has no limit, what the node has to give.</summary>
    public async Task TellAllocatableAsync(string resource)
    {
        var node = await SharedCluster.Of<V1Node>().GetAsync("node-a");
        var all = node.Status.Allocatable[resource].ToDecimal();
        Assert.That(await ShowAsync($"resourceFieldRef: {{containerName: main, resource: limits.{resource}}}"), Is.EqualTo(Math.Ceiling(all).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The mode of the volume, or of the one file.</summary>
    public async Task HaveModeAsync(string volume, string item)
    {
        await using var scratch = await Scratch.CreateAsync();
        var output = await scratch.OutputOfAsync("stat -c %a -L /v/it", "volumeMounts: [{name: v, mountPath: /v}]", $"volumes: [{Volume("fieldRef: {fieldPath: metadata.name}" + item, volume)}]");
        Assert.That(output, Is.EqualTo("400\n"));
    }

    /// <summary>Labels or annotations, and what becomes of them while the pod runs.</summary>
    public async Task FollowAsync(string field)
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Yaml(
            "one", "while true; do cat /v/it; echo; sleep 0.5; done", "volumeMounts: [{name: v, mountPath: /v}]", $"volumes: [{Volume($"fieldRef: {{fieldPath: metadata.{field}}}")}]",
            $"{field}: {{builder: bar}}"));
        await scratch.PrintsAsync("one", "builder=\"bar\"");
        await scratch.Pods.PatchAsync("one", $$$$"""{"metadata":{"{{{{field}}}}":{"builder":"foo"}}}""");
        await scratch.PrintsAsync("one", "builder=\"foo\"");
    }

    private async Task<string> ShowAsync(string source, string container = "")
    {
        await using var scratch = await Scratch.CreateAsync();
        return await scratch.OutputOfAsync("cat /v/it", $"volumeMounts: [{{name: v, mountPath: /v}}]{(container.Length == 0 ? "" : ", " + container)}", $"volumes: [{Volume(source)}]");
    }

    private string Volume(string source, string fields = "") => Projected
        ? $"{{name: v, projected: {{sources: [{{downwardAPI: {{items: [{{path: it, {source}}}]}}}}]{fields}}}}}"
        : $"{{name: v, downwardAPI: {{items: [{{path: it, {source}}}]{fields}}}}}";
}
