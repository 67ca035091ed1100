using System.Collections.Frozen;
using System.Net;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>What the operator's file says. Everything is checked, and what is not known is refused: a misspelt name must not pass for an absent one.</summary>
internal sealed class StaticInventory
{
    private readonly FrozenDictionary<string, Instance> _byName;
    private readonly FrozenDictionary<string, Instance> _byProviderId;

    private StaticInventory(IReadOnlyList<(string Name, Instance Machine)> machines, AddressPool pool)
    {
        Unique(machines.Select(static machine => machine.Name), "name");
        Unique(machines.Select(static machine => machine.Machine.ProviderId), "providerID");
        _byName = machines.ToFrozenDictionary(static machine => machine.Name, static machine => machine.Machine, StringComparer.Ordinal);
        _byProviderId = machines.ToFrozenDictionary(static machine => machine.Machine.ProviderId, static machine => machine.Machine, StringComparer.Ordinal);
        Pool = pool;
    }

    /// <summary>All machines.</summary>
    public IReadOnlyCollection<Instance> Machines => _byName.Values;

    /// <summary>The addresses for load balancers.</summary>
    public AddressPool Pool { get; }

    /// <summary>The machine of that provider id, or null.</summary>
    public Instance? FindById(string providerId) => _byProviderId.GetValueOrDefault(providerId);

    /// <summary>The machine of that name, or null.</summary>
    public Instance? FindByName(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads the document.</summary>
    /// <exception cref="FormatException">It says what cannot be; the message names the place.</exception>
    public static StaticInventory Parse(TreeValue document)
    {
        var file = new StaticSection(document, "", "machines", "loadBalancer");
        var machines = file.Items("machines", "name", "providerID", "addresses", "zone", "region", "type", "shutdown").Select(Machine).ToList();
        var pool = file.Section("loadBalancer", "addresses")?.Texts("addresses") ?? [];
        return new(machines, new AddressPool([.. pool.Select(AddressRange.Parse)]));
    }

    private static (string Name, Instance Machine) Machine(StaticSection machine)
    {
        var name = machine.Text("name");
        if (name.Length == 0)
            throw machine.Error("name", "is required");
        var id = machine.Text("providerID");
        return (name, new Instance
        {
            ProviderId = id.Length > 0 ? id : $"static://{name}",
            Type = machine.Text("type"),
            Zone = machine.Text("zone"),
            Region = machine.Text("region"),
            IsShutDown = machine.Truth("shutdown"),
            Addresses = machine.Items("addresses", "type", "address").Select(Address).ToValueList(),
        });
    }

    private static NodeAddress Address(StaticSection address)
    {
        var (type, value) = (address.Text("type"), address.Text("address"));
        if (type is not ("InternalIP" or "ExternalIP" or "Hostname" or "InternalDNS" or "ExternalDNS"))
            throw address.Error("type", "must be InternalIP, ExternalIP, Hostname, InternalDNS or ExternalDNS");
        var isValid = type is "InternalIP" or "ExternalIP" ? IPAddress.TryParse(value, out _) : value.Length > 0;
        return isValid ? new NodeAddress { Type = type, Address = value } : throw address.Error("address", $"\"{value}\" is not an address of type {type}");
    }

    private static void Unique(IEnumerable<string> values, string what)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (!seen.Add(value))
                throw new FormatException($"machines: two have the {what} \"{value}\"");
        }
    }
}
