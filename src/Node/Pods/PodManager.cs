using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;
using ControlPlane.Node.Pods.Steps;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Volumes;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Pods;

/// <summary>All pods of a node: a worker for each, by uid. Two pods of one name (the old one going, the new one coming) have two workers.</summary>
internal sealed partial class PodManager(NodeContext node, IReadOnlyList<IPodStep> steps)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (PodWorker Worker, Task Task)> _workers = new(StringComparer.Ordinal);
    private CancellationToken _stop;

    /// <summary>The pods that have a worker.</summary>
    public IReadOnlyList<Pod> Pods
    {
        get
        {
            lock (_lock)
                return [.. _workers.Values.Select(static entry => entry.Worker.Pod)];
        }
    }

    /// <summary>The pod of that name that has a worker; the newest, where there are two.</summary>
    public Pod? Find(ObjectKey key) => Pods.Where(pod => pod.Metadata.Namespace == key.Namespace && pod.Metadata.Name == key.Name)
        .MaxBy(static pod => pod.Metadata.CreationTimestamp);

    /// <summary>Follows the node's pods until cancelled. Containers go on running.</summary>
    /// <param name="pods">Tells of the node's pods.</param>
    /// <param name="relist">Tells of the runtime.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(IPodSource pods, RuntimeRelist relist, CancellationToken cancel)
    {
        _stop = cancel;
        using var subscription = pods.Subscribe(Follow);
        var relisting = relist.RunAsync(Wake, cancel);
        try
        {
            await pods.WaitForSyncAsync(cancel);
            await AdoptOrphansAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Ended before it began.
        }
        await relisting;
        await Task.WhenAll(Tasks());
    }

    /// <summary>Something of the pod changed.</summary>
    public void Wake(string uid)
    {
        lock (_lock)
        {
            if (_workers.TryGetValue(uid, out var entry))
                entry.Worker.Wake();
        }
    }

    private void Follow(ObjectChange<Pod> change)
    {
        lock (_lock)
        {
            // A name that was given to another pod at once: the informer shows one change.
            if (change.Before is { } before && change.After?.Metadata.Uid != before.Metadata.Uid && _workers.TryGetValue(before.Metadata.Uid, out var old))
                old.Worker.Vanish();
            if (change.After is not { } pod)
                return;
            if (_workers.TryGetValue(pod.Metadata.Uid, out var entry))
                entry.Worker.Update(pod);
            else if (!_stop.IsCancellationRequested)
                Start(new PodWorker(pod, node, steps));
        }
    }

    /// <summary>What runs, or lies on the disk, of pods that the API no longer knows: it is ended and removed as if it had been deleted just now.</summary>
    private async Task AdoptOrphansAsync(CancellationToken cancel)
    {
        foreach (var sandbox in await node.Runtime.ListSandboxesAsync(SandboxFilter.All, cancel))
        {
            if (!sandbox.Labels.TryGetValue(PodLabels.PodUid, out var uid) || uid != sandbox.Identity.Uid)
                continue;
            lock (_lock)
            {
                if (_workers.ContainsKey(uid))
                    continue;
                OrphanFound(node.Log, sandbox.Identity.Namespace, sandbox.Identity.Name, uid);
                var worker = new PodWorker(OrphanedPod(sandbox), node, steps);
                worker.Vanish();
                Start(worker);
            }
        }
        RemoveOrphanedDirectories();
    }

    private static Pod OrphanedPod(Sandbox sandbox) => new()
    {
        Metadata = new ObjectMeta { Name = sandbox.Identity.Name, Namespace = sandbox.Identity.Namespace, Uid = sandbox.Identity.Uid },
    };

    private void RemoveOrphanedDirectories()
    {
        if (node.IsSimulated || !Directory.Exists(node.Directories.Pods))
            return;
        foreach (var path in Directory.EnumerateDirectories(node.Directories.Pods))
        {
            lock (_lock)
            {
                if (!_workers.ContainsKey(Path.GetFileName(path)))
                    MountedTree.Delete(path);
            }
        }
    }

    private void Start(PodWorker worker) => _workers[worker.Pod.Metadata.Uid] = (worker, Task.Run(() => RunWorkerAsync(worker), CancellationToken.None));

    private async Task RunWorkerAsync(PodWorker worker)
    {
        await worker.RunAsync(_stop);
        if (_stop.IsCancellationRequested)
            return;
        lock (_lock)
            _workers.Remove(worker.Pod.Metadata.Uid);
    }

    private List<Task> Tasks()
    {
        lock (_lock)
            return [.. _workers.Values.Select(static entry => entry.Task)];
    }

    [LoggerMessage(LogLevel.Information, "Pod {Namespace}/{Name} ({Uid}) runs here but is gone from the API: ending it")]
    private static partial void OrphanFound(ILogger log, string @namespace, string name, string uid);
}
