using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ControlPlane.Client.Informers;
using ControlPlane.Node.Installation;
using ControlPlane.Node.Pods;
using ControlPlane.Types.Core;
using ControlPlane.Types.Discovery;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Network.Proxy;

/// <summary>
/// Makes Services reachable from this node and its pods: keeps one nftables table equal to the Services and EndpointSlices. The table outlives the agent, as the pods
/// that use it do.
/// </summary>
internal sealed partial class ServiceProxy(
    Informer<Service> services, Informer<EndpointSlice> slices, string nodeName, IPNetwork? clusterPods, TimeProvider clock, ILogger log)
{
    private const string BridgeFiltering = "/proc/sys/net/bridge/bridge-nf-call-iptables";

    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20); // changes come in bursts: one replacement for all of one
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);
    private static readonly AddressFamily[] Families = [AddressFamily.InterNetwork, AddressFamily.InterNetworkV6];

    private readonly WakeSignal _wake = new(clock);
    private readonly Dictionary<AddressFamily, string> _applied = [];

    /// <summary>Keeps the table until cancelled; leaves it as it is then.</summary>
    /// <param name="nodePods">This node's pod ranges, once they are known.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(Task<IReadOnlyList<IPNetwork>> nodePods, CancellationToken cancel)
    {
        using var first = services.Subscribe(_ => _wake.Set());
        using var second = slices.Subscribe(_ => _wake.Set());
        await Task.WhenAll(services.WaitForSyncAsync(cancel), slices.WaitForSyncAsync(cancel), nodePods.WaitAsync(cancel));
        while (!cancel.IsCancellationRequested)
        {
            var isApplied = await ApplyAsync(await nodePods, cancel);
            await _wake.WaitAsync(isApplied ? null : Retry, cancel);
            await Task.Delay(Gather, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes the table away, with all it does.</summary>
    public static async Task RemoveAsync(CancellationToken cancel)
    {
        foreach (var family in (string[])["ip", "ip6"])
            await NftAsync($"table {family} {NftRuleset.Table}\ndelete table {family} {NftRuleset.Table}\n", cancel);
    }

    private async Task<bool> ApplyAsync(IReadOnlyList<IPNetwork> nodePods, CancellationToken cancel)
    {
        var isApplied = true;
        foreach (var family in Families)
        {
            var rules = ServiceRules.Of(services.Store.List(), slices.Store.List(), nodeName, family);
            if (rules.Count == 0 && !_applied.ContainsKey(family))
                continue;
            var script = NftRuleset.Render(rules, new NftOptions(family, OfFamily(clusterPods is { } all ? [all] : [], family), FiltersBridges() ? null : OfFamily(nodePods, family)));
            if (_applied.GetValueOrDefault(family) == script)
                continue;
            if (await NftAsync(script, cancel) is { Length: > 0 } error)
            {
                Refused(log, error);
                isApplied = false;
                continue;
            }
            _applied[family] = script;
        }
        return isApplied;
    }

    private static IPNetwork? OfFamily(IReadOnlyList<IPNetwork> ranges, AddressFamily family)
    {
        foreach (var range in ranges)
        {
            if (range.BaseAddress.AddressFamily == family)
                return range;
        }
        return null;
    }

    private static bool FiltersBridges() => File.Exists(BridgeFiltering) && File.ReadAllText(BridgeFiltering).Trim() == "1";

    /// <summary>Runs a script in one transaction; answers nothing, or what nft says against it.</summary>
    private static async Task<string> NftAsync(string script, CancellationToken cancel)
    {
        if (ProgramSearch.Find("nft") is not { } program)
            return "nft is not installed";
        using var nft = Process.Start(new ProcessStartInfo(program, ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = nft.StandardError.ReadToEndAsync(cancel);
        await nft.StandardInput.WriteAsync(script.AsMemory(), cancel);
        nft.StandardInput.Close();
        await nft.WaitForExitAsync(cancel);
        return nft.ExitCode == 0 ? "" : await errors;
    }

    [LoggerMessage(LogLevel.Warning, "The Services' table could not be replaced: {Error}")]
    private static partial void Refused(ILogger log, string error);
}
