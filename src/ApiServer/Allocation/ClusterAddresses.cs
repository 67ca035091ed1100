using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry;
using ControlPlane.Registry.Writes;
using ControlPlane.Types.Core;
using ControlPlane.Types.Networking;
using IPAddress = System.Net.IPAddress;

namespace ControlPlane.ApiServer.Allocation;

/// <summary>
/// Gives Services their cluster addresses. An address is taken by an IPAddress object of that name, written in the same transaction as the Service: so two
/// Services cannot have it, whichever server they were sent to, and none is lost when a server dies.
/// </summary>
internal sealed class ClusterAddresses(ServiceRange range, ResourceStore addresses, Random random, TimeProvider time)
{
    private const string Prefix = "/registry/ipaddresses/";

    /// <summary>The address that dry runs show: no real one can be promised.</summary>
    public string OfDryRun => range.Network.BaseAddress.ToString();

    /// <summary>Takes an address that somebody asked for; says what is wrong with it, or null.</summary>
    public string? Take(string address, Service service, WriteAttempt attempt)
    {
        if (!IPAddress.TryParse(address, out var parsed))
            return $"failed to allocate IP {address}: invalid IP address";
        if (range.Network.Contains(parsed) && !range.Contains(parsed))
            return $"failed to allocate IP {address}: the provided IP ({parsed}) is not in the valid range. The range of valid IPs is {range.Network}";
        if (!range.Contains(parsed))
            return $"failed to allocate IP {address}: the provided network does not match the current range";
        if (addresses.FindCached(new ObjectKey("", address)) is { Record: Types.Networking.IPAddress taken } && !IsOf(taken, service))
            return $"failed to allocate IP {address}: provided IP is already allocated";
        if (!attempt.Request.DryRun)
            Write(address, service, attempt);
        return null;
    }

    /// <summary>Takes an address that nobody has; null when there is none.</summary>
    public string? TakeAny(Service service, WriteAttempt attempt)
    {
        if (attempt.Request.DryRun)
            return OfDryRun;
        foreach (var number in range.Choices(random))
        {
            var address = range[number].ToString();
            if (addresses.FindCached(new ObjectKey("", address)) is not null)
                continue;
            Write(address, service, attempt);
            return address;
        }

        return null;
    }

    /// <summary>Frees the address of a Service, if it is this one's.</summary>
    public void Release(string address, Service service, WriteAttempt attempt)
    {
        if (addresses.FindCached(new ObjectKey("", address))?.Record is Types.Networking.IPAddress taken && IsOf(taken, service))
            attempt.Transaction.Delete(Prefix + address);
    }

    private static bool IsOf(Types.Networking.IPAddress taken, Service service) =>
        taken.Spec.ParentRef is { Resource: "services", Group: "" } parent
        && parent.Namespace == service.Metadata.Namespace && parent.Name == service.Metadata.Name;

    private void Write(string address, Service service, WriteAttempt attempt)
    {
        var key = Prefix + address;
        if (addresses.FindCached(new ObjectKey("", address)) is not null)
            return; // this Service's own, from before
        attempt.Transaction.Require(key, Storage.Revision.None);
        attempt.Transaction.Put(key, addresses.Definition.Storage.WriteProtobuf(new Types.Networking.IPAddress
        {
            Metadata = new ObjectMeta
            {
                Name = address,
                Uid = Guid.NewGuid().ToString(),
                CreationTimestamp = Timestamp.From(time.GetUtcNow()),
                Labels = new Dictionary<string, string>
                {
                    ["ipaddress.kubernetes.io/ip-family"] = "IPv4",
                    ["ipaddress.kubernetes.io/managed-by"] = "ipallocator.k8s.io",
                }.ToValueMap(),
            },
            Spec = new IPAddressSpec
            {
                ParentRef = new ParentReference { Resource = "services", Namespace = service.Metadata.Namespace, Name = service.Metadata.Name },
            },
        }));
    }
}
