using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>What a claim was given, who uses it, and what drivers say of the devices (pkg/apis/resource/validation: validateResourceClaimStatusUpdate).</summary>
internal static class ResourceClaimStatusChecks
{
    private const int MaxConsumers = 256; // upstream: ResourceClaimReservedForMaxSize
    private const int MaxItems = 32; // upstream: AllocationResultsMaxSize, DeviceConfigMaxSize
    private const int MaxConditions = 8; // upstream: AllocatedDeviceStatusMaxConditions
    private const int MaxData = 10 * 1024; // upstream: AllocatedDeviceStatusDataMaxLength
    private const int MaxInterface = 256; // upstream: NetworkDeviceDataInterfaceNameMaxLength
    private const int MaxHardwareAddress = 128; // upstream: NetworkDeviceDataHardwareAddressMaxLength
    private const int MaxAddresses = 16; // upstream: NetworkDeviceDataMaxIPs

    internal static void Check(ResourceClaim claim, ResourceClaim old, FieldErrors errors)
    {
        var (status, at) = (claim.Status, errors.At("status"));
        CheckConsumers(status.ReservedFor, at.At("reservedFor"));
        var given = (status.Allocation?.Devices.Results ?? default).Select(result => (result.Driver, result.Pool, result.Device, result.ShareID)).ToHashSet();
        for (var i = 0; i < status.Devices.Count; i++)
            CheckDevice(status.Devices[i], given.Contains(IdOf(status.Devices[i])), at.At("devices", i));
        for (var i = 0; i < status.Devices.Count; i++)
        {
            if (status.Devices.FindIndex(device => IdOf(device) == IdOf(status.Devices[i])) < i)
                at.At("devices", i).Duplicate($"{status.Devices[i].Driver}/{status.Devices[i].Pool}/{status.Devices[i].Device}");
        }

        if (!status.ReservedFor.IsEmpty && status.Allocation is null)
            at.At("reservedFor").Forbidden("may not be specified when `allocated` is not set");
        else if (claim.Metadata.DeletionTimestamp is not null && status.ReservedFor.Any(consumer => !old.Status.ReservedFor.Contains(consumer)))
            at.At("reservedFor").Forbidden("new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set");
        if (old.Status.Allocation is { } before && status.Allocation is { } kept && kept != before)
            at.At("allocation").Invalid(kept, "field is immutable");
        else if (old.Status.Allocation is null && status.Allocation is { } allocation)
            CheckAllocation(allocation, DeviceClaimChecks.NamesOf(claim.Spec.Devices), at.At("allocation"));
    }

    private static void CheckConsumers(ValueList<ResourceClaimConsumerReference> consumers, FieldErrors at)
    {
        if (consumers.Count > MaxConsumers)
        {
            at.TooMany(consumers.Count, MaxConsumers);
            return;
        }

        for (var i = 0; i < consumers.Count; i++)
            DiskChecks.Require(at.At(i), (consumers[i].Resource, "resource"), (consumers[i].Name, "name"), (consumers[i].Uid, "uid"));
        for (var i = 0; i < consumers.Count; i++)
        {
            if (consumers.FindIndex(other => other.Uid == consumers[i].Uid) < i)
                at.At(i).Duplicate(consumers[i].Uid);
        }
    }

    private static (string Driver, string Pool, string Device, string? ShareID) IdOf(AllocatedDeviceStatus device) => (device.Driver, device.Pool, device.Device, device.ShareID);

    private static void CheckDevice(AllocatedDeviceStatus device, bool isGiven, FieldErrors at)
    {
        DeviceChecks.CheckDriver(device.Driver, at.At("driver"));
        ResourceSlices.CheckPoolName(device.Pool, at.At("pool"));
        at.At("device").Complain(device.Device, Names.Label(device.Device));
        if (!isGiven)
            at.Invalid($"{device.Driver}/{device.Pool}/{device.Device}", "must be an allocated device in the claim");
        if (device.Conditions.Count > MaxConditions)
            at.At("conditions").TooMany(device.Conditions.Count, MaxConditions);
        if (device.Data is { IsNil: false } data && data.Span.Length > MaxData)
            at.At("data").TooLong(MaxData);
        if (device.NetworkData is { } network)
            CheckNetwork(network, at.At("networkData"));
    }

    private static void CheckNetwork(NetworkDeviceData network, FieldErrors at)
    {
        if (Encoding.UTF8.GetByteCount(network.InterfaceName) > MaxInterface)
            at.At("interfaceName").TooLong(MaxInterface);
        if (Encoding.UTF8.GetByteCount(network.HardwareAddress) > MaxHardwareAddress)
            at.At("hardwareAddress").TooLong(MaxHardwareAddress);
        var addresses = network.Ips;
        if (addresses.Count > MaxAddresses)
        {
            at.At("ips").TooMany(addresses.Count, MaxAddresses);
            return;
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            var place = at.At("ips", i);
            if (NetworkChecks.ParseRange(addresses[i]) is null)
                place.Invalid(addresses[i], "must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)");
            if (addresses.FindIndex(other => other == addresses[i]) < i)
                place.Duplicate(addresses[i]);
        }
    }

    private static void CheckAllocation(AllocationResult allocation, HashSet<string> requests, FieldErrors at)
    {
        var (results, config, devices) = (allocation.Devices.Results, allocation.Devices.Config, at.At("devices"));
        if (results.Count > MaxItems)
            devices.At("results").TooMany(results.Count, MaxItems);
        for (var i = 0; i < results.Count && results.Count <= MaxItems; i++)
            CheckResult(results[i], requests, devices.At("results", i));
        if (config.Count > 2 * MaxItems)
            devices.At("config").TooMany(config.Count, 2 * MaxItems);
        for (var i = 0; i < config.Count && config.Count <= 2 * MaxItems; i++)
        {
            devices.At("config", i).At("source").RequiredOneOf(config[i].Source, "FromClaim", "FromClass");
            DeviceClaimChecks.CheckReferences(config[i].Requests, requests, devices.At("config", i).At("requests"));
            DeviceChecks.CheckConfiguration(config[i].Opaque, devices.At("config", i));
        }

        if (allocation.NodeSelector is { } selector)
            AffinityChecks.CheckNodeSelector(selector, at.At("nodeSelector"));
    }

    private static void CheckResult(DeviceRequestAllocationResult result, HashSet<string> requests, FieldErrors at)
    {
        DeviceClaimChecks.CheckReference(result.Request, requests, at.At("request"));
        DeviceChecks.CheckDriver(result.Driver, at.At("driver"));
        ResourceSlices.CheckPoolName(result.Pool, at.At("pool"));
        at.At("device").Complain(result.Device, Names.Label(result.Device));
        DeviceTaintChecks.CheckBinding(result.BindingConditions, result.BindingFailureConditions, at);
        DeviceTaintChecks.CheckTolerations(result.Tolerations, at.At("tolerations"));
    }
}
