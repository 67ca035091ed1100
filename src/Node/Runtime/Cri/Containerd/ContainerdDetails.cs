using System.Text.Json;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>What a containerd tells of its own configuration (CRI Status, verbose): the agent adapts to it, whoever wrote it.</summary>
/// <param name="SandboxImage">The image that sandboxes are made from; null where it doesn't tell.</param>
/// <param name="CniConfigDirectory">Where it reads CNI configurations; null where it doesn't tell.</param>
/// <param name="CniPluginDirectories">Where it looks for CNI plugins.</param>
/// <param name="SystemdCgroup">Does its default runtime leave cgroups to systemd? Then a sandbox's cgroup parent is a slice's name.</param>
internal sealed record ContainerdDetails(string? SandboxImage, string? CniConfigDirectory, IReadOnlyList<string> CniPluginDirectories, bool SystemdCgroup)
{
    /// <summary>Asks.</summary>
    /// <exception cref="RuntimeException">It doesn't answer.</exception>
    public static async Task<ContainerdDetails> ReadAsync(CriRuntime runtime, CancellationToken cancel) =>
        (await runtime.GetDetailsAsync(cancel)).TryGetValue("config", out var config) ? Parse(config) : new(null, null, [], false);

    /// <summary>
    /// Reads the JSON text of containerd's CRI configuration: 1.x has <c>sandboxImage</c> and <c>binDir</c>, 2.x may have <c>pinnedImages</c> and
    /// <c>binDirs</c>.
    /// </summary>
    public static ContainerdDetails Parse(string config)
    {
        using var document = JsonDocument.Parse(config);
        var root = document.RootElement;
        var cni = Child(root, "cni");
        return new ContainerdDetails(
            Text(root, "sandboxImage") ?? Text(Child(root, "pinnedImages"), "sandbox"),
            Text(cni, "confDir"),
            [.. Texts(cni, "binDirs"), .. Text(cni, "binDir") is { } single ? (string[])[single] : []],
            IsSystemdCgroup(Child(root, "containerd")));
    }

    private static bool IsSystemdCgroup(JsonElement containerd)
    {
        var handler = Child(Child(containerd, "runtimes"), Text(containerd, "defaultRuntimeName") ?? "runc");
        return Child(Child(handler, "options"), "SystemdCgroup").ValueKind == JsonValueKind.True;
    }

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static string? Text(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    private static IEnumerable<string> Texts(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(item => item.GetString() ?? "")] : [];
}
