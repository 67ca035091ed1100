using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Node.Runtime;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;
using CoreNode = ControlPlane.Types.Core.Node;

namespace ControlPlane.Node.Registration;

/// <summary>
/// Makes the node's object and keeps its status true: looked at every ten seconds, written when something changed, and every five minutes in any case. What others say
/// of the node (unschedulable, taints, labels, pod range) is theirs.
/// </summary>
internal sealed partial class NodeRegistrar(IApiClient api, IContainerRuntime runtime, NodeProfile profile, EventRecorder events, TimeProvider clock, ILogger log)
{
    private const int ImagesMax = 50; // kubelet: --node-status-max-images

    private static readonly TimeSpan NotReadyPeriod = TimeSpan.FromMilliseconds(100); // kubelet: looks more often until the node is ready for the first time
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(5); // kubelet: nodeStatusReportFrequency
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RetryPauseMax = TimeSpan.FromSeconds(7); // kubelet: registerWithAPIServer

    /// <summary>How often the status is looked at (kubelet: nodeStatusUpdateFrequency).</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    private DateTimeOffset _reported = DateTimeOffset.MinValue;
    private bool _wasReady;

    private ObjectKey Key => new("", profile.Name);

    /// <summary>Makes the object, or takes the one that is there; tries until it succeeds.</summary>
    public async Task<CoreNode> RegisterAsync(CancellationToken cancel)
    {
        for (var pause = RetryPause; ; pause = pause * 2 < RetryPauseMax ? pause * 2 : RetryPauseMax)
        {
            try
            {
                var node = await FindOrCreateAsync(cancel);
                events.Record(Reference(), EventKind.Normal, "Starting", "Starting kubelet.");
                return await UpdateAsync(node, cancel);
            }
            catch (Exception failure) when (failure is ApiException or HttpRequestException or IOException)
            {
                Unregistered(log, profile.Name, failure.Message);
                await Task.Delay(pause, clock, cancel);
            }
        }
    }

    /// <summary>Keeps the status true until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await UpdateAsync(await FindOrCreateAsync(cancel), cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Unreported(log, profile.Name, failure.Message);
            }
            await Task.Delay(_wasReady ? Period : NotReadyPeriod, clock, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until the node has a pod range; answers its ranges, the first one first.</summary>
    public async Task<IReadOnlyList<System.Net.IPNetwork>> WaitForPodRangesAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                if (await api.FindAsync<CoreNode>(Key, cancel) is { Spec.PodCIDR.Length: > 0 } node)
                    return [.. (node.Spec.PodCIDRs.IsEmpty ? [node.Spec.PodCIDR] : node.Spec.PodCIDRs).Select(static text => System.Net.IPNetwork.Parse(text))];
            }
            catch (Exception failure) when (failure is ApiException or HttpRequestException or IOException)
            {
                Unreported(log, profile.Name, failure.Message);
            }
            await Task.Delay(NotReadyPeriod, clock, cancel);
        }
    }

    private async Task<CoreNode> FindOrCreateAsync(CancellationToken cancel)
    {
        var node = await api.FindAsync<CoreNode>(Key, cancel) ?? await api.TryCreateAsync(profile.NewNode(), cancel) ?? await api.GetAsync<CoreNode>(Key, cancel);
        var missing = profile.StandardLabels().Where(label => node.Metadata.Labels.Find(label.Key) != label.Value).ToList();
        return missing.Count == 0 ? node : await api.PatchAsync<CoreNode>(Key, LabelPatch(missing), cancel);
    }

    private async Task<CoreNode> UpdateAsync(CoreNode node, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var status = await BuildAsync(node.Status, Timestamp.From(now), cancel);
        if (IsSame(node.Status, status) && now - _reported < ReportPeriod)
            return node;
        var stored = await api.UpdateStatusAsync(node with { Status = status }, cancel);
        _reported = now;
        TellReadiness(status);
        return stored;
    }

    private async Task<NodeStatus> BuildAsync(NodeStatus before, Timestamp now, CancellationToken cancel)
    {
        RuntimeStatus? state = null;
        IReadOnlyList<Image> images = [];
        try
        {
            state = await runtime.GetStatusAsync(cancel);
            images = await runtime.ListImagesAsync(cancel);
        }
        catch (RuntimeException failure)
        {
            Unreported(log, profile.Name, failure.Message);
        }
        return before with
        {
            Addresses = profile.ApiAddresses(),
            Capacity = profile.Resources(),
            Allocatable = profile.Resources(),
            Conditions = NodeConditions.Of(before.Conditions, state, now),
            DaemonEndpoints = new NodeDaemonEndpoints { KubeletEndpoint = new DaemonEndpoint { Port = profile.Port } },
            NodeInfo = profile.System,
            Images = images.OrderByDescending(static image => image.Size).Take(ImagesMax).Select(ToApi).ToValueList(),
        };
    }

    /// <summary>Heartbeats alone are no change.</summary>
    private static bool IsSame(NodeStatus before, NodeStatus after) => WithoutHeartbeats(before) == WithoutHeartbeats(after);

    private static NodeStatus WithoutHeartbeats(NodeStatus status) =>
        status with { Conditions = status.Conditions.Select(static condition => condition with { LastHeartbeatTime = default }).ToValueList() };

    private void TellReadiness(NodeStatus status)
    {
        var isReady = status.Conditions.Any(static condition => condition is { Type: "Ready", Status: "True" });
        if (isReady != _wasReady)
            events.Record(Reference(), EventKind.Normal, isReady ? "NodeReady" : "NodeNotReady", $"Node {profile.Name} status is now: {(isReady ? "NodeReady" : "NodeNotReady")}");
        _wasReady = isReady;
    }

    // Upstream gives the node's name as its uid: events of nodes live in "default", and are found by name.
    private ObjectReference Reference() => new() { Kind = "Node", Name = profile.Name, Uid = profile.Name };

    private static ContainerImage ToApi(Image image) => new() { Names = [.. image.Digests, .. image.Tags], SizeBytes = (long)image.Size };

    private static Patch LabelPatch(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var json = new System.Text.Json.Nodes.JsonObject();
        foreach (var (key, value) in labels)
            json[key] = value;
        return Patch.Merge($"{{\"metadata\":{{\"labels\":{json.ToJsonString()}}}}}");
    }

    [LoggerMessage(LogLevel.Warning, "Node {Node} could not be registered yet: {Message}")]
    private static partial void Unregistered(ILogger log, string node, string message);

    [LoggerMessage(LogLevel.Warning, "The status of node {Node} could not be brought up to date: {Message}")]
    private static partial void Unreported(ILogger log, string node, string message);
}
