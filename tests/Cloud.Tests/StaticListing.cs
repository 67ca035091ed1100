using System.Text;
using ControlPlane.Cloud.Providers.Static;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Cloud.Tests;

/// <summary>An operator's file, and the clock by which it is looked at.</summary>
internal sealed class StaticListing : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SortedDictionary<string, Instance> _machines = new(StringComparer.Ordinal);

    public StaticListing(string pool = "192.0.2.0/28")
    {
        Pool = pool;
        Write();
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public string Path => _directory["machines.yaml"];

    public string Pool { get; set; }

    public StaticCloud Open() => StaticCloud.Open(Path, Clock, NullLogger.Instance);

    public Instance Add(string name)
    {
        var machine = new Instance
        {
            ProviderId = $"static://{name}",
            Zone = "east",
            Region = "home",
            Type = "large",
            Addresses = [new NodeAddress { Type = "InternalIP", Address = $"10.0.0.{_machines.Count + 1}" }, new NodeAddress { Type = "Hostname", Address = name }],
        };
        Set(name, machine);
        return machine;
    }

    public void ShutDown(string name) => Set(name, _machines[name] with { IsShutDown = true });

    public void Remove(string name)
    {
        _machines.Remove(name);
        Write();
    }

    public void Set(string name, Instance machine)
    {
        _machines[name] = machine;
        Write();
    }

    public void Write() => Write(Text());

    public void Write(string text)
    {
        File.WriteAllText(Path, text);
        // Writes within one tick of the file system's clock would look the same.
        File.SetLastWriteTimeUtc(Path, Clock.GetUtcNow().UtcDateTime);
    }

    /// <summary>Lets the time pass after which a change counts.</summary>
    public void Notice() => Clock.Advance(TimeSpan.FromSeconds(5));

    public void Dispose() => _directory.Dispose();

    private string Text()
    {
        var text = new StringBuilder("machines:\n");
        foreach (var (name, machine) in _machines)
        {
            text.Append($"- name: {name}\n  zone: {machine.Zone}\n  region: {machine.Region}\n  type: {machine.Type}\n  shutdown: {(machine.IsShutDown ? "true" : "false")}\n  addresses:\n");
            foreach (var address in machine.Addresses)
                text.Append($"  - {{type: {address.Type}, address: {address.Address}}}\n");
        }
        return text.Append($"loadBalancer:\n  addresses: [{Pool}]\n").ToString();
    }
}
