using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>How well the devices are that containers were given: each is of something that its container asks for.</summary>
internal static class AllocatedResourceChecks
{
    private const string ClaimPrefix = "claim:";

    internal static void Check(ValueList<ContainerStatus> statuses, ValueList<Container> containers, FieldErrors at)
    {
        for (var i = 0; i < statuses.Count; i++)
        {
            var container = containers.FirstOrDefault(one => one.Name == statuses[i].Name);
            for (var j = 0; j < statuses[i].AllocatedResourcesStatus.Count; j++)
                Check(statuses[i].AllocatedResourcesStatus[j], container, at.At(i).At("allocatedResourcesStatus", j));
        }
    }

    // Of a container that the pod has not, nothing is known.
    private static void Check(ResourceStatus status, Container? container, FieldErrors at)
    {
        if (container is not null && status.Name.StartsWith(ClaimPrefix, StringComparison.Ordinal))
        {
            if (!container.Resources.Claims.Any(claim => status.Name == NameOf(claim)))
            {
                at.At("name").Invalid(
                    status.Name, "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty");
            }
        }
        else if (container?.Resources.Requests.ContainsKey(status.Name) is false)
        {
            at.At("name").Invalid(status.Name, "must match one of the container's resource requests");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < status.Resources.Count; i++)
        {
            at.At("resources", i).At("health").OneOf(status.Resources[i].Health, "Healthy", "Unhealthy", "Unknown");
            if (!seen.Add(status.Resources[i].ResourceID))
                at.At("resources", i).At("resourceID").Duplicate(status.Resources[i].ResourceID);
        }
    }

    private static string NameOf(ResourceClaim claim) => claim.Request.Length == 0 ? ClaimPrefix + claim.Name : $"{ClaimPrefix}{claim.Name}/{claim.Request}";
}
