using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What nodes and controllers may not say of a pod (core/validation: ValidatePodStatusUpdate).</summary>
internal static class PodStatusChecks
{
    internal static void Check(Pod pod, Pod old, FieldErrors errors)
    {
        PodAnnotationChecks.CheckUpdate(pod, old, errors.At("metadata").At("annotations"));
        for (var i = 0; i < pod.Status.Conditions.Count; i++)
        {
            var type = pod.Status.Conditions[i].Type;
            if (type is not ("PodScheduled" or "Ready" or "Initialized"))
                errors.At("metadata").At("conditions", i).At("Type").Complain(type, Names.QualifiedName(type)); // upstream's place
        }

        var (value, before, status) = (pod.Status, old.Status, errors.At("status"));
        if (value.NominatedNodeName != before.NominatedNodeName && value.NominatedNodeName.Length > 0)
            status.At("nominatedNodeName").Complain(value.NominatedNodeName, Names.Subdomain(value.NominatedNodeName));
        status.At("qosClass").Immutable(value.QosClass, before.QosClass, FieldErrors.Quote);
        CheckEnded(value.ContainerStatuses, before.ContainerStatuses, old.Spec.RestartPolicy, [], status.At("containerStatuses"));
        CheckEnded(value.InitContainerStatuses, before.InitContainerStatuses, old.Spec.RestartPolicy, old.Spec.InitContainers, status.At("initContainerStatuses"));
        CheckEnded(value.EphemeralContainerStatuses, before.EphemeralContainerStatuses, "Never", [], status.At("ephemeralContainerStatuses"));
        CheckClaims(value.ResourceClaimStatuses, pod.Spec.ResourceClaims, status.At("resourceClaimStatuses"));
        CheckAddresses(value.PodIPs, ip => ip.Ip, status.At("podIPs"));
        if (!value.HostIPs.IsEmpty && value.HostIP != value.HostIPs[0].Ip)
            status.At("hostIPs", 0).At("ip").Invalid(value.HostIPs[0].Ip, "must be equal to `hostIP`");
        CheckAddresses(value.HostIPs, ip => ip.Ip, status.At("hostIPs"));
        CheckUsers(value.ContainerStatuses, pod.Spec.Os, status.At("containerStatuses"));
        CheckUsers(value.InitContainerStatuses, pod.Spec.Os, status.At("initContainerStatuses"));
        CheckUsers(value.EphemeralContainerStatuses, pod.Spec.Os, status.At("ephemeralContainerStatuses"));
        AllocatedResourceChecks.Check(value.ContainerStatuses, pod.Spec.Containers, status.At("containerStatuses"));
        AllocatedResourceChecks.Check(value.InitContainerStatuses, pod.Spec.InitContainers, status.At("initContainerStatuses"));
        for (var i = 0; i < value.EphemeralContainerStatuses.Count; i++)
        {
            if (!value.EphemeralContainerStatuses[i].AllocatedResourcesStatus.IsEmpty)
                status.At("ephemeralContainerStatuses", i).At("allocatedResourcesStatus").Forbidden("must not be specified in container status");
        }
    }

    // What has ended for good does not run again.
    private static void CheckEnded(
        ValueList<ContainerStatus> statuses, ValueList<ContainerStatus> old, string restartPolicy, ValueList<Container> initContainers, FieldErrors at)
    {
        if (restartPolicy == "Always")
            return;
        for (var i = 0; i < old.Count; i++)
        {
            if (old[i].State.Terminated is not { } end || (end.ExitCode != 0 && restartPolicy == "OnFailure"))
                continue;
            var name = old[i].Name;
            if (initContainers.FirstOrDefault(container => container.Name == name) is { RestartPolicy: "Always" })
                continue;
            if (statuses.Any(status => status.Name == name && status.State.Terminated is null))
                at.At(i).At("state").Forbidden("may not be transitioned to non-terminated state");
        }
    }

    private static void CheckClaims(ValueList<PodResourceClaimStatus> statuses, ValueList<PodResourceClaim> claims, FieldErrors at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < statuses.Count; i++)
        {
            var place = at.At(i).At("name");
            if (!claims.Any(claim => claim.Name == statuses[i].Name))
                place.Invalid(statuses[i].Name, "must match the name of an entry in `spec.resourceClaims`");
            if (!names.Add(statuses[i].Name))
                place.Duplicate(statuses[i].Name);
            if (statuses[i].ResourceClaimName is { } claim)
                place.Complain(claim, Names.Subdomain(claim));
        }
    }

    // One of each family.
    private static void CheckAddresses<T>(ValueList<T> addresses, Func<T, string> text, FieldErrors at)
        where T : class, Machinery.Serialization.IMessage
    {
        var before = at.All.Count;
        for (var i = 0; i < addresses.Count; i++)
            at.At(i).IpAddress(text(addresses[i]));
        if (addresses.Count < 2 || at.All.Count > before)
            return;
        if (addresses.Count > 2 || NetworkChecks.IsIpv6(text(addresses[0])) == NetworkChecks.IsIpv6(text(addresses[1])))
            at.InvalidPrinted(Printing.Of(addresses), "may specify no more than one IP for each IP family");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < addresses.Count; i++)
        {
            if (!seen.Add(text(addresses[i])))
                at.At(i).DuplicatePrinted(Printing.Of<T>([addresses[i]])[1..^1]);
        }
    }

    private static void CheckUsers(ValueList<ContainerStatus> statuses, PodOS? system, FieldErrors at)
    {
        for (var i = 0; i < statuses.Count; i++)
        {
            if (statuses[i].User?.Linux is not { } user)
                continue;
            var place = at.At(i).At("linux"); // upstream's place
            if (system?.Name == "windows")
            {
                place.Forbidden("cannot be set for a windows pod");
                continue;
            }

            CheckId(user.Uid, place.At("uid"));
            CheckId(user.Gid, place.At("gid"));
            for (var j = 0; j < user.SupplementalGroups.Count; j++)
                CheckId(user.SupplementalGroups[j], place.At("supplementalGroups", j));
        }
    }

    private static void CheckId(long id, FieldErrors at) => at.InRange(id, 0, int.MaxValue);
}
