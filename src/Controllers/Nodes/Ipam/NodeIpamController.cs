using ControlPlane.Client;
using ControlPlane.Client.Events;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Nodes.Ipam;

/// <summary>Gives each node its part of the cluster's networks, for the pods on it.</summary>
internal sealed class NodeIpamController(IApiClient api, ObjectCaches caches, EventRecorder events, ControllerSettings settings) : Controller<Node>
{
    private readonly NodeNetworks? _networks = settings.AllocateNodeCidrs && settings.ClusterCidrs.Count > 0 ? new(settings) : null;

    protected override void Declare(ControllerDeclaration<Node> controller) => controller
        .Named("node-ipam-controller", alias: "nodeipam")
        .As("node-controller")
        .For()
        .Writes<Node>(Verb.Patch)
        .RecordsEvents("cidrAllocator")
        .Workers(30); // range_allocator.go: cidrUpdateWorkers

    protected override async Task<Requeue> ReconcileAsync(Node node, CancellationToken cancel)
    {
        if (_networks is null)
            return Requeue.Never;
        _networks.LoadOnce(() => caches.Of<Node>().List());
        if (!node.Spec.PodCIDRs.IsEmpty)
        {
            _networks.Occupy(node);
            return Requeue.Never;
        }
        if (_networks.Assign(node) is not { } cidrs)
        {
            Tell(node, "CIDRNotAvailable");
            throw new InvalidOperationException($"no part of the cluster's networks is left for node {node.Metadata.Name}");
        }
        if (!await TryStoreAsync(node, cidrs, cancel))
            _networks.Release(node.Metadata.Name);
        return Requeue.Never;
    }

    protected override Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel)
    {
        _networks?.Release(key.Name);
        return Task.FromResult(Requeue.Never);
    }

    // False where the server would not have it: the node is gone, or has got others meanwhile. Those count, and come with its next change.
    private async Task<bool> TryStoreAsync(Node node, IReadOnlyList<string> cidrs, CancellationToken cancel)
    {
        try
        {
            await api.PatchAsync<Node>(node.Key, PatchOf(node, cidrs), cancel);
            return true;
        }
        catch (ApiException refused) when (refused.Code is 404 or 409 or 422)
        {
            if (refused.Code != 404)
                Tell(node, "CIDRAssignmentFailed");
            return false;
        }
    }

    private void Tell(Node node, string state) =>
        events.Record(node, EventKind.Normal, state, $"Node {node.Metadata.Name} status is now: {state}");

    private static Patch PatchOf(Node node, IReadOnlyList<string> cidrs)
    {
        var json = new JsonOutput();
        var patch = json.Begin();
        json.Name("metadata");
        var metadata = json.Begin();
        json.Name("uid"); // Another node of that name refuses the patch.
        json.String(node.Metadata.Uid);
        json.EndObject(metadata);
        json.Name("spec");
        var spec = json.Begin();
        json.Name("podCIDR");
        json.String(cidrs[0]);
        json.Name("podCIDRs");
        var list = json.Begin();
        foreach (var cidr in cidrs)
        {
            json.Comma();
            json.String(cidr);
        }
        json.EndArray(list);
        json.EndObject(spec);
        json.EndObject(patch);
        return Patch.Strategic(json.ToArray());
    }
}
