using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ControlPlane.Node.Network.Proxy;

/// <summary>Writes a script for <c>nft -f</c> that replaces one table.</summary>
internal sealed class NftWriter(AddressFamily family)
{
    private readonly StringBuilder _text = new();

    /// <summary>"ip" or "ip6": the family's keyword, also in expressions.</summary>
    public string Ip { get; } = family == AddressFamily.InterNetwork ? "ip" : "ip6";

    private string AddressType => family == AddressFamily.InterNetwork ? "ipv4_addr" : "ipv6_addr";

    /// <summary>Begins the table anew. Deleting what isn't there is an error: so it is made first.</summary>
    public void Begin(string table) => Line($"table {Ip} {table}\ndelete table {Ip} {table}\ntable {Ip} {table} {{");

    /// <summary>A map from address, protocol and port to what is to be done.</summary>
    public void Map(string name, IEnumerable<string> elements) => Elements("map", name, $"type {AddressType} . inet_proto . inet_service : verdict", elements);

    /// <summary>A map from protocol and port to what is to be done.</summary>
    public void PortMap(string name, IEnumerable<string> elements) => Elements("map", name, "type inet_proto . inet_service : verdict", elements);

    /// <summary>A set of addresses with protocol and port.</summary>
    public void Set(string name, IEnumerable<string> elements) => Elements("set", name, $"type {AddressType} . inet_proto . inet_service", elements);

    /// <summary>A set that packets add their sender to, for a while.</summary>
    public void AffinitySet(string name, int seconds) =>
        Line(string.Create(CultureInfo.InvariantCulture, $"\tset {name} {{\n\t\ttype {AddressType}\n\t\tflags dynamic,timeout\n\t\ttimeout {seconds}s\n\t}}"));

    /// <summary>A chain; lines that are null are left out.</summary>
    public void Chain(string name, string comment, IEnumerable<string?> lines)
    {
        Line($"\tchain {name} {{{(comment.Length > 0 ? " # " + comment : "")}");
        foreach (var line in lines.OfType<string>())
            Line("\t\t" + line);
        Line("\t}");
    }

    /// <summary>The script.</summary>
    public string End()
    {
        Line("}");
        return _text.ToString();
    }

    private void Elements(string kind, string name, string type, IEnumerable<string> elements)
    {
        Line($"\t{kind} {name} {{\n\t\t{type}");
        var all = elements.Distinct().ToList(); // two Services that claim the same address and port: the first has it, as in kube-proxy
        var unique = all.DistinctBy(static element => element.Split(" : ")[0]).ToList();
        if (unique.Count > 0)
            Line($"\t\telements = {{ {string.Join(",\n\t\t\t", unique)} }}");
        Line("\t}");
    }

    private void Line(string text) => _text.Append(text).Append('\n');
}
