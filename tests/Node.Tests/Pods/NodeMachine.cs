using System.Net;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Client;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Runtime;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;
using Container = ControlPlane.Types.Core.Container;
using CoreNode = ControlPlane.Types.Core.Node;

namespace ControlPlane.Node.Tests.Pods;

/// <summary>An API server and an agent of one node, over a runtime of the test's choice. The agent can be ended and started again.</summary>
internal sealed class NodeMachine(ApiServerFixture server, IContainerRuntime runtime, IPNetwork podRange, NodeAgentOptions options) : IAsyncDisposable
{
    public static readonly CancellationToken Cancel = CancellationToken.None;

    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>May do everything.</summary>
    public IApiClient Api { get; } = new ApiClient(server.AsAdmin());

    /// <summary>Starts the agent and returns when it looks after pods.</summary>
    public async Task StartAgentAsync(TimeProvider? clock = null)
    {
        _stop = new CancellationTokenSource();
        var transport = server.As(UserInfo.Of("system:node:" + options.NodeName, "system:nodes", UserInfo.Authenticated), "kubelet");
        var agent = new NodeAgent(options, transport, clock ?? TimeProvider.System, new Random(1), TestLog.Instance);
        _running = agent.RunAsync(runtime, _stop.Token);
        await Task.WhenAny(_running, agent.Ready);
        if (_running.IsFaulted)
            await _running;
        await GiveRangeAsync();
        await Api.TryCreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "default", Name = "default" } }, Cancel);
    }

    /// <summary>Ends the agent as a crash would: pods go on.</summary>
    public async Task StopAgentAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    /// <summary>A pod on this node.</summary>
    public Pod NewPod(string name, params Container[] containers) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new PodSpec
        {
            NodeName = options.NodeName,
            Containers = ValueList.Create<Container>(containers),
            AutomountServiceAccountToken = false,
            TerminationGracePeriodSeconds = 2,
        },
    };

    /// <summary>Waits until the pod is as the condition wants it; the failure shows how it was.</summary>
    public async Task<Pod> UntilAsync(string name, Func<Pod, bool> condition)
    {
        Pod? last = null;
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (DateTime.UtcNow < until)
        {
            last = await Api.FindAsync<Pod>(new ObjectKey("default", name), Cancel);
            if (last is not null && condition(last))
                return last;
            await Task.Delay(50);
        }
        throw new AssertionException($"pod {name}: {(last is null ? "gone" : System.Text.Encoding.UTF8.GetString(Machinery.Serialization.Json.Encode(last)))}\n{await EventsAsync(name)}");
    }

    /// <summary>The pod's events as lines "reason: message".</summary>
    public async Task<string> EventsAsync(string name)
    {
        var events = await Api.ListAsync<Event>(ObjectQuery.In("default"), Cancel);
        return string.Join('\n', events.Items.Where(one => one.InvolvedObject.Name == name).OrderBy(one => one.Metadata.Name).Select(one => $"{one.Reason}: {one.Message}"));
    }

    /// <summary>Waits until the pod is gone.</summary>
    public Task GoneAsync(string name) =>
        Eventually.TrueAsync(async () => await Api.FindAsync<Pod>(new ObjectKey("default", name), Cancel) is null);

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
            await StopAgentAsync();
    }

    // The node IPAM controller's work.
    private async Task GiveRangeAsync()
    {
        var node = await Api.GetAsync<CoreNode>(new ObjectKey("", options.NodeName), Cancel);
        if (node.Spec.PodCIDR.Length == 0)
            await Api.PatchAsync<CoreNode>(node.Key, Patch.Merge($$$"""{"spec":{"podCIDR":"{{{podRange}}}","podCIDRs":["{{{podRange}}}"]}}"""), Cancel);
    }
}
