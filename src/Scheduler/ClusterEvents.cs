using ControlPlane.Client.Informers;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Queue;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler;

/// <summary>Brings what the informers tell to the cache and the queue: first the cache, so that a pod that is woken finds what it was woken for.</summary>
internal sealed class ClusterEvents(SchedulerCache cache, SchedulingQueue queue)
{
    public void OnNode(ObjectChange<Node> told)
    {
        if (told.After is null)
        {
            cache.RemoveNode(told.Before!.Metadata.Name);
            queue.Tell(ClusterChange.Of(Change.Deleted, told.Before, null));
            return;
        }
        cache.Set(told.After);
        var what = told.Before is null ? Change.Added : ObjectChanges.Between(told.Before, told.After);
        if (what != Change.None)
            queue.Tell(ClusterChange.Of(what, told.Before, told.After));
    }

    public void OnPod(ObjectChange<Pod> told)
    {
        if (told.Before is { } was && (told.After is null || (PodStates.IsAssigned(was) && !PodStates.IsAssigned(told.After))))
            Left(was, told.After);
        if (told.After is not { } now)
            return;
        if (PodStates.IsAssigned(now))
            Assigned(told.Before, now);
        else if (PodStates.IsPending(now))
            Pending(told.Before, now);
        else
            queue.Remove(now.Metadata.Uid);
    }

    private void Left(Pod was, Pod? now)
    {
        queue.Remove(was.Metadata.Uid);
        cache.Remove(was.Metadata.Uid);
        // Also where it was only assumed to be somewhere: its room is free again.
        queue.Tell(ClusterChange.Of(Change.Deleted, was, now));
    }

    private void Assigned(Pod? was, Pod now)
    {
        queue.Remove(now.Metadata.Uid);
        cache.Confirm(now);
        var what = was is null || !PodStates.IsAssigned(was) ? Change.Added : ObjectChanges.Between(was, now);
        if (what != Change.None)
            queue.Tell(ClusterChange.Of(what, was, now));
    }

    private void Pending(Pod? was, Pod now)
    {
        // Its binding is under way: what it is now is looked up if that fails.
        if (!cache.IsAssumed(now.Metadata.Uid))
            queue.Update(was, now);
    }
}
