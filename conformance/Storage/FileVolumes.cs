using k8s.Models;

namespace ControlPlane.Conformance.Storage;

/// <summary>What files of a ConfigMap or a Secret look like in a pod, mounted by itself or in a projected volume.</summary>
/// <param name="Kind">Of the object: <c>ConfigMap</c> or <c>Secret</c>.</param>
/// <param name="Projected">Is the volume a projected one?</param>
internal sealed record FileVolumes(string Kind, bool Projected)
{
    private const string Show = "stat -c '%a %U' -L /v/*; cat /v/*";

    /// <summary>Each key is a file.</summary>
    public async Task AreMountedAsync(string fields = "", string pod = "", string shown = "644 root\nvalue-1")
    {
        await using var scratch = await Scratch.CreateAsync();
        await MakeAsync(scratch, "files");
        Assert.That(await scratch.OutputOfAsync(Show, "volumeMounts: [{name: v, mountPath: /v}]", $"volumes: [{Volume("v", "files", fields)}]{pod}"), Is.EqualTo(shown));
    }

    /// <summary>Keys stand at the paths that the volume's items give them.</summary>
    public async Task AreMappedAsync(string item = "", string pod = "", string shown = "644\nvalue-1")
    {
        await using var scratch = await Scratch.CreateAsync();
        await MakeAsync(scratch, "files");
        var output = await scratch.OutputOfAsync(
            "stat -c '%a' -L /v/path/to/data; cat /v/path/to/data; test ! -e /v/data-1", "volumeMounts: [{name: v, mountPath: /v}]",
            $"volumes: [{Volume("v", "files", items: $"[{{key: data-1, path: path/to/data{item}}}]")}]{pod}");
        Assert.That(output, Is.EqualTo(shown));
    }

    /// <summary>One object serves several volumes of a pod.</summary>
    public async Task AreMountedTwiceAsync()
    {
        await using var scratch = await Scratch.CreateAsync();
        await MakeAsync(scratch, "files");
        var output = await scratch.OutputOfAsync(
            "cat /v/data-1 /w/data-1", "volumeMounts: [{name: v, mountPath: /v, readOnly: true}, {name: w, mountPath: /w, readOnly: true}]",
            $"volumes: [{Volume("v", "files")}, {Volume("w", "files")}]");
        Assert.That(output, Is.EqualTo("value-1value-1"));
    }

    /// <summary>A change of the object is seen in the running pod.</summary>
    public async Task AreUpdatedAsync()
    {
        await using var scratch = await Scratch.CreateAsync();
        await MakeAsync(scratch, "files");
        await scratch.ReadyAsync(PodRuns.Yaml("one", "while true; do cat /v/data-1; echo; sleep 0.5; done", "volumeMounts: [{name: v, mountPath: /v}]", $"volumes: [{Volume("v", "files")}]"));
        await scratch.PrintsAsync("one", "value-1");
        await SetAsync(scratch, "files", "data-1", "value-2");
        await scratch.PrintsAsync("one", "value-2");
    }

    /// <summary>Optional objects may come, change and go while the pod runs.</summary>
    public async Task MayComeAndGoAsync()
    {
        await using var scratch = await Scratch.CreateAsync();
        await MakeAsync(scratch, "deleted");
        await MakeAsync(scratch, "updated");
        const string Optional = ", optional: true";
        await scratch.ReadyAsync(PodRuns.Idle(
            "one", "volumeMounts: [{name: d, mountPath: /deleted}, {name: u, mountPath: /updated}, {name: c, mountPath: /created}]",
            $"volumes: [{Volume("d", "deleted", Optional)}, {Volume("u", "updated", Optional)}, {Volume("c", "created", Optional)}]"));
        Assert.That((await scratch.ExecAsync("one", "cat /deleted/data-1 /updated/data-1; ls /created")).Output, Is.EqualTo("value-1value-1"));
        await RemoveAsync(scratch, "deleted");
        await SetAsync(scratch, "updated", "data-1", "value-2");
        await MakeAsync(scratch, "created");
        const string Wait = "for i in $(seq 180); do [ ! -e /deleted/data-1 ] && [ $(cat /updated/data-1) = value-2 ] && [ $(cat /created/data-1) = value-1 ] && echo seen && exit; sleep 0.5; done 2>/dev/null";
        Assert.That((await scratch.ExecAsync("one", Wait)).Output, Is.EqualTo("seen\n"));
    }

    /// <summary>Makes an object with one file, <c>data-1</c>.</summary>
    public async Task MakeAsync(Scratch scratch, string name)
    {
        if (Kind == "Secret")
            await scratch.Of<V1Secret>().CreateAsync($"{{metadata: {{name: {name}}}, stringData: {{data-1: value-1}}}}");
        else
            await scratch.Of<V1ConfigMap>().CreateAsync($"{{metadata: {{name: {name}}}, data: {{data-1: value-1}}}}");
    }

    /// <summary>A volume in YAML.</summary>
    /// <param name="volume">Its name.</param>
    /// <param name="name">The object's.</param>
    /// <param name="fields">Further fields in flow style, the first with a comma before it; of the projected volume, <c>defaultMode</c>.</param>
    /// <param name="items">Which keys, and their paths.</param>
    public string Volume(string volume, string name, string fields = "", string items = "")
    {
        var chosen = items.Length == 0 ? "" : $", items: {items}";
        if (!Projected)
            return Kind == "Secret" ? $"{{name: {volume}, secret: {{secretName: {name}{chosen}{fields}}}}}" : $"{{name: {volume}, configMap: {{name: {name}{chosen}{fields}}}}}";
        var source = Kind == "Secret" ? "secret" : "configMap";
        return fields.Contains("defaultMode", StringComparison.Ordinal)
            ? $"{{name: {volume}, projected: {{sources: [{{{source}: {{name: {name}{chosen}}}}}]{fields}}}}}"
            : $"{{name: {volume}, projected: {{sources: [{{{source}: {{name: {name}{chosen}{fields}}}}}]}}}}";
    }

    private Task RemoveAsync(Scratch scratch, string name) => Kind == "Secret" ? scratch.Of<V1Secret>().DeleteAsync(name) : scratch.Of<V1ConfigMap>().DeleteAsync(name);

    private async Task SetAsync(Scratch scratch, string name, string key, string value)
    {
        if (Kind == "Secret")
            await scratch.Of<V1Secret>().PatchAsync(name, $$$"""{"stringData":{"{{{key}}}":"{{{value}}}"}}""");
        else
            await scratch.Of<V1ConfigMap>().PatchAsync(name, $$$"""{"data":{"{{{key}}}":"{{{value}}}"}}""");
    }
}
