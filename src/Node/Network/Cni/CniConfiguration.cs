using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Node.Network.Cni;

/// <summary>What came of making sure that there is a CNI configuration.</summary>
internal enum CniOutcome
{
    /// <summary>There was none; now there is.</summary>
    Written,

    /// <summary>Ours was there and now has other values.</summary>
    Changed,

    /// <summary>Ours was there and is right.</summary>
    Unchanged,

    /// <summary>Someone else's is there; nothing was touched.</summary>
    Foreign,
}

/// <summary>
/// The CNI configuration list for a node whose network is the product's own: a bridge with the node as its gateway, addresses from the node's pod range,
/// masquerading
/// of what leaves the range, host ports. Whoever installs another network plugin puts a file beside it and, as everywhere, the first by name is used: ours is
/// written only where no other is, and only ours is ever changed.
/// </summary>
internal static class CniConfiguration
{
    /// <summary>Our file.</summary>
    public const string FileName = "90-controlplane.conflist";

    /// <summary>The plugins that it names, and the one that containerd sets up each sandbox's loopback with.</summary>
    public static IReadOnlyList<string> Plugins { get; } = ["bridge", "host-local", "loopback", "portmap"];

    /// <summary>Writes the configuration unless someone else's is there. Running sandboxes keep the network they have.</summary>
    /// <exception cref="IOException">The directory can't be written.</exception>
    /// <exception cref="ArgumentException">The options make no network.</exception>
    public static CniOutcome Ensure(string directory, CniOptions options)
    {
        var text = Render(options);
        Directory.CreateDirectory(directory);
        if (Directory.EnumerateFiles(directory).Any(IsForeign))
            return CniOutcome.Foreign;
        var path = Path.Combine(directory, FileName);
        var before = File.Exists(path) ? File.ReadAllBytes(path) : null;
        if (before is not null && before.AsSpan().SequenceEqual(text))
            return CniOutcome.Unchanged;
        // The runtime watches the directory: it must never see half a file.
        File.WriteAllBytes(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
        return before is null ? CniOutcome.Written : CniOutcome.Changed;
    }

    /// <summary>Which of the plugins are in none of the directories.</summary>
    public static IReadOnlyList<string> FindMissingPlugins(IReadOnlyList<string> directories) =>
        [.. Plugins.Where(plugin => !directories.Any(directory => File.Exists(Path.Combine(directory, plugin))))];

    /// <summary>The text of the configuration list.</summary>
    /// <exception cref="ArgumentException">The options make no network.</exception>
    public static byte[] Render(CniOptions options)
    {
        Check(options);
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("cniVersion", "0.4.0"); // the newest that containerd 1.6 and all later ones know
            json.WriteString("name", options.Network);
            json.WriteStartArray("plugins");
            WriteBridge(json, options);
            WritePortMap(json);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    // The endings that container runtimes read.
    private static bool IsForeign(string path) =>
        Path.GetFileName(path) != FileName && Path.GetExtension(path) is (".conf" or ".conflist" or ".json");

    private static void Check(CniOptions options)
    {
        if (options.PodRanges.Count == 0 || options.PodRanges.DistinctBy(range => range.BaseAddress.AddressFamily).Count() < options.PodRanges.Count)
            throw new ArgumentException("a node has one pod range, or one of each address family", nameof(options));
        if (Encoding.UTF8.GetByteCount(options.Bridge) is 0 or > CniOptions.InterfaceNameMax)
            throw new ArgumentException($"\"{options.Bridge}\" can't be a bridge's name: 1 to {CniOptions.InterfaceNameMax} characters", nameof(options));
    }

    private static void WriteBridge(Utf8JsonWriter json, CniOptions options)
    {
        json.WriteStartObject();
        json.WriteString("type", "bridge");
        json.WriteString("bridge", options.Bridge);
        json.WriteBoolean("isGateway", true);
        json.WriteBoolean("ipMasq", true);
        json.WriteBoolean("hairpinMode", true); // a pod may reach itself by its Service
        if (options.Mtu is { } mtu)
            json.WriteNumber("mtu", mtu);
        json.WriteStartObject("ipam");
        json.WriteString("type", "host-local");
        json.WriteString("dataDir", options.AddressDirectory);
        WriteRanges(json, options.PodRanges);
        WriteRoutes(json, options.PodRanges);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteRanges(Utf8JsonWriter json, IReadOnlyList<IPNetwork> ranges)
    {
        json.WriteStartArray("ranges");
        foreach (var range in ranges)
        {
            json.WriteStartArray();
            json.WriteStartObject();
            json.WriteString("subnet", range.ToString());
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static void WriteRoutes(Utf8JsonWriter json, IReadOnlyList<IPNetwork> ranges)
    {
        json.WriteStartArray("routes");
        foreach (var range in ranges)
        {
            json.WriteStartObject();
            json.WriteString("dst", range.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "::/0" : "0.0.0.0/0");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WritePortMap(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "portmap");
        json.WriteBoolean("snat", true);
        json.WriteStartObject("capabilities");
        json.WriteBoolean("portMappings", true);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
