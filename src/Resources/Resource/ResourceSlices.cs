using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>Devices of one driver that there are, on a node or elsewhere.</summary>
internal sealed class ResourceSlices : ResourceDefinition<ResourceSlice>
{
    private const int MaxPoolName = 253; // upstream: PoolNameMaxLength
    private const int MaxDevices = 128; // upstream: pkg/apis/resource, ResourceSliceMaxDevices
    private const int MaxAdvancedDevices = 64; // upstream: ResourceSliceMaxDevicesWithAdvancedFeatures
    private const int MaxCounterSets = 8; // upstream: ResourceSliceMaxCounterSets

    protected override void Declare(Declaration<ResourceSlice> resource) => resource
        .WithGeneration()
        .NameColumn()
        .Column("Node", slice => slice.Spec.NodeName ?? "")
        .Column("Driver", slice => slice.Spec.Driver)
        .Column("Pool", slice => slice.Spec.Pool.Name)
        .AgeColumn()
        .Selectable("spec.nodeName", slice => slice.Spec.NodeName ?? "")
        .Selectable("spec.driver", slice => slice.Spec.Driver);

    protected override void Validate(ResourceSlice value, FieldErrors errors) => Check(value, null, errors);

    protected override void ValidateUpdate(ResourceSlice value, ResourceSlice old, FieldErrors errors)
    {
        var spec = errors.At("spec");
        spec.At("nodeName").Immutable(value.Spec.NodeName, old.Spec.NodeName, FieldErrors.Quote);
        Check(value, old, errors);
    }

    private static void Check(ResourceSlice value, ResourceSlice? old, FieldErrors errors)
    {
        var (slice, spec) = (value.Spec, errors.At("spec"));
        DeviceChecks.CheckDriver(slice.Driver, spec.At("driver"));
        CheckPool(slice.Pool, spec.At("pool"));
        if (old is not null)
        {
            spec.At("pool").At("name").Immutable(slice.Pool.Name, old.Spec.Pool.Name, FieldErrors.Quote);
            spec.At("driver").Immutable(slice.Driver, old.Spec.Driver, FieldErrors.Quote);
        }

        CheckPlace(slice, spec);
        if (!slice.SharedCounters.IsNil && !slice.Devices.IsNil)
            spec.Invalid("", "only one of `sharedCounters` or `devices` is allowed");
        CheckDevices(slice, old?.Spec.Devices ?? default, spec.At("devices"));
        CheckCounterSets(slice.SharedCounters, spec.At("sharedCounters"));
    }

    private static void CheckDevices(ResourceSliceSpec slice, ValueList<Device> old, FieldErrors at)
    {
        var max = slice.Devices.Any(IsAdvanced) ? MaxAdvancedDevices : MaxDevices;
        if (slice.Devices.Count > max)
        {
            at.TooMany(slice.Devices.Count, max);
            return;
        }

        for (var i = 0; i < slice.Devices.Count; i++)
        {
            var device = slice.Devices[i];
            SliceDeviceChecks.Check(device, old.FirstOrDefault(before => before.Name == device.Name), slice.PerDeviceNodeSelection is true, at.At(i));
        }

        for (var i = 0; i < slice.Devices.Count; i++)
        {
            if (slice.Devices.FindIndex(device => device.Name == slice.Devices[i].Name) < i)
                at.At(i).Duplicate(slice.Devices[i].Name);
        }
    }

    private static bool IsAdvanced(Device device) => !device.Taints.IsEmpty || !device.ConsumesCounters.IsEmpty
        || device.Attributes.Values.Any(attribute => attribute is not { Bools.IsNil: true, Ints.IsNil: true, Strings.IsNil: true, Versions.IsNil: true });

    private static void CheckCounterSets(ValueList<CounterSet> sets, FieldErrors at)
    {
        if (sets.Count > MaxCounterSets)
        {
            at.TooMany(sets.Count, MaxCounterSets);
            return;
        }

        for (var i = 0; i < sets.Count; i++)
            SliceDeviceChecks.CheckCounters(sets[i].Name, sets[i].Counters, "name", at.At(i));
        for (var i = 0; i < sets.Count; i++)
        {
            if (sets.FindIndex(other => other.Name == sets[i].Name) < i)
                at.At(i).Duplicate(sets[i].Name);
        }
    }

    /// <summary>Subdomains with slashes between.</summary>
    internal static void CheckPoolName(string name, FieldErrors at)
    {
        if (name.Length == 0)
        {
            at.Required();
            return;
        }

        if (name.Length > MaxPoolName)
            at.TooLong(MaxPoolName);
        foreach (var part in name.Split('/'))
            at.Complain(part, Names.Subdomain(part));
    }

    private static void CheckPool(ResourcePool pool, FieldErrors at)
    {
        CheckPoolName(pool.Name, at.At("name"));
        if (pool.ResourceSliceCount <= 0)
            at.At("resourceSliceCount").Invalid(pool.ResourceSliceCount, "must be greater than zero");
        if (pool.Generation < 0)
            at.At("generation").Invalid(pool.Generation, "must be greater than or equal to zero");
    }

    private static void CheckPlace(ResourceSliceSpec slice, FieldErrors spec)
    {
        var given = new List<string>();
        if (slice.NodeName is { } node)
        {
            if (node.Length == 0)
            {
                spec.At("nodeName").Invalid(node, "must be either unset or set to a non-empty string");
            }
            else
            {
                given.Add("`nodeName`");
                spec.At("nodeName").Complain(node, Names.Subdomain(node));
            }
        }

        if (slice.NodeSelector is { } selector)
        {
            given.Add("`nodeSelector`");
            AffinityChecks.CheckNodeSelector(selector, spec.At("nodeSelector"));
            if (selector.NodeSelectorTerms.Count != 1)
                spec.At("nodeSelector").At("nodeSelectorTerms").InvalidPrinted(InternalForm.Of(selector.NodeSelectorTerms, "NodeTerm"), "must have exactly one node selector term");
        }

        CheckFlag(slice.AllNodes, "allNodes", given, spec);
        CheckFlag(slice.PerDeviceNodeSelection, "perDeviceNodeSelection", given, spec);
        const string ExactlyOne = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
        if (given.Count == 0)
            spec.Required(ExactlyOne);
        else if (given.Count > 1)
            spec.Invalid($"{{{string.Join(", ", given)}}}", ExactlyOne + ", but multiple fields are set");
    }

    private static void CheckFlag(bool? flag, string field, List<string> given, FieldErrors spec)
    {
        if (flag is true)
            given.Add($"`{field}`");
        else if (flag is false)
            spec.At(field).Invalid(false, "must be either unset or set to true");
    }
}
