using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>One device of a slice: what it is like, what it has, and where it can be reached (pkg/apis/resource/validation: validateDevice).</summary>
internal static partial class SliceDeviceChecks
{
    private const int MaxText = 64; // upstream: DeviceAttributeMaxValueLength
    private const int MaxQualities = 32; // upstream: ResourceSliceMaxAttributesAndCapacitiesPerDevice
    private const int MaxTaints = 16; // upstream: DeviceTaintsMaxLength
    private const int MaxConsumptions = 2; // upstream: ResourceSliceMaxDeviceCounterConsumptionsPerDevice
    private const int MaxCounters = 32; // upstream: ResourceSliceMaxCountersPerCounterSet, ResourceSliceMaxCountersPerDeviceCounterConsumption
    private const string OnePlace = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec";

    /// <param name="device">The device.</param>
    /// <param name="old">The one of that name before; what hasn't changed of it is not checked again.</param>
    /// <param name="hasOwnPlace">Does each device of the slice say where it is?</param>
    /// <param name="at">At the device.</param>
    internal static void Check(Device device, Device? old, bool hasOwnPlace, FieldErrors at)
    {
        at.At("name").Complain(device.Name, Names.Label(device.Name));
        var qualities = device.Attributes.Count + device.Capacity.Count;
        if (qualities > MaxQualities)
            at.Invalid(qualities, string.Create(CultureInfo.InvariantCulture, $"the total number of attributes and capacities must not exceed {MaxQualities}"));
        foreach (var (name, attribute) in device.Attributes)
        {
            QualifiedDeviceNames.CheckEither(name, at.At("attributes"));
            CheckAttribute(attribute, at.At("attributes").Key(name));
        }

        if (old is null || old.Capacity != device.Capacity)
        {
            foreach (var (name, capacity) in device.Capacity)
            {
                QualifiedDeviceNames.CheckEither(name, at.At("capacity"));
                DeviceCapacityChecks.Check(capacity, device.AllowMultipleAllocations is true, at.At("capacity").Key(name));
            }
        }

        if (old is null || old.Taints != device.Taints)
            CheckTaints(device.Taints, at.At("taints"));
        CheckConsumptions(device.ConsumesCounters, at.At("consumesCounters"));
        CheckPlace(device, hasOwnPlace, at);
        DeviceTaintChecks.CheckBinding(device.BindingConditions, device.BindingFailureConditions, at);
    }

    /// <summary>Counters that devices of one card share.</summary>
    internal static void CheckCounters(string name, ValueMap<Counter> counters, string field, FieldErrors at)
    {
        if (name.Length == 0)
            at.At(field).Required();
        else
            at.At(field).Complain(name, Names.Label(name));
        if (counters.IsEmpty)
            at.At("counters").Required();
        else if (counters.Count > MaxCounters)
            at.At("counters").TooMany(counters.Count, MaxCounters);
        else
        {
            foreach (var key in counters.Keys)
                at.At("counters").Complain(key, Names.Label(key));
        }
    }

    private static void CheckTaints(ValueList<DeviceTaint> taints, FieldErrors at)
    {
        if (taints.Count > MaxTaints)
        {
            at.TooMany(taints.Count, MaxTaints);
            return;
        }

        for (var i = 0; i < taints.Count; i++)
            DeviceTaintChecks.CheckTaint(taints[i], at.At(i));
    }

    private static void CheckConsumptions(ValueList<DeviceCounterConsumption> consumptions, FieldErrors at)
    {
        if (consumptions.Count > MaxConsumptions)
        {
            at.TooMany(consumptions.Count, MaxConsumptions);
            return;
        }

        for (var i = 0; i < consumptions.Count; i++)
            CheckCounters(consumptions[i].CounterSet, consumptions[i].Counters, "counterSet", at.At(i));
        for (var i = 0; i < consumptions.Count; i++)
        {
            if (consumptions.FindIndex(other => other.CounterSet == consumptions[i].CounterSet) < i)
                at.At(i).Duplicate(consumptions[i].CounterSet);
        }
    }

    private static void CheckAttribute(DeviceAttribute attribute, FieldErrors at)
    {
        var count = 0;
        count += attribute.Bool is null ? 0 : 1;
        count += attribute.Int is null ? 0 : 1;
        if (attribute.String is { } text)
        {
            count++;
            CheckText(text, at.At("string"));
        }

        if (attribute.Version is { } version)
        {
            count++;
            CheckVersion(version, at.At("version"));
        }

        count += CheckList(attribute.Bools, "bools", at) + CheckList(attribute.Ints, "ints", at);
        count += CheckList(attribute.Strings, "strings", at) + CheckList(attribute.Versions, "versions", at);
        for (var i = 0; i < attribute.Strings.Count; i++)
            CheckText(attribute.Strings[i], at.At("strings", i));
        for (var i = 0; i < attribute.Versions.Count; i++)
            CheckVersion(attribute.Versions[i], at.At("versions", i));
        if (count == 0)
            at.Invalid("", "exactly one value must be specified");
        else if (count > 1)
            at.Invalid(attribute, "exactly one value must be specified");
    }

    private static int CheckList<T>(ValueList<T> values, string field, FieldErrors at)
    {
        if (values.IsNil)
            return 0;
        if (values.IsEmpty)
            at.At(field).InvalidPrinted("[]", "must not be empty if specified");
        return 1;
    }

    private static void CheckText(string text, FieldErrors at)
    {
        if (Encoding.UTF8.GetByteCount(text) > MaxText)
            at.TooLong(MaxText);
    }

    private static void CheckVersion(string version, FieldErrors at)
    {
        if (!SemanticVersion().IsMatch(version))
            at.Invalid(version, "must be a string compatible with semver.org spec 2.0.0");
        CheckText(version, at);
    }

    private static void CheckPlace(Device device, bool hasOwnPlace, FieldErrors at)
    {
        if (!hasOwnPlace)
        {
            if (device is not { NodeName: null, NodeSelector: null, AllNodes: null })
                at.Invalid((string?)null, "`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec");
            return;
        }

        var given = new List<string>();
        if (device.NodeName is { Length: 0 })
            at.At("nodeName").Invalid("", "must not be empty");
        else if (device.NodeName is { } node)
        {
            given.Add("`nodeName`");
            at.At("nodeName").Complain(node, Names.Subdomain(node));
        }

        if (device.NodeSelector is { } selector)
        {
            given.Add("`nodeSelector`");
            AffinityChecks.CheckNodeSelector(selector, at.At("nodeSelector"));
        }

        if (device.AllNodes is true)
            given.Add("`allNodes`");
        else if (device.AllNodes is false)
            at.At("allNodes").Invalid(false, "must be either unset or set to true");
        if (given.Count == 0)
            at.Required(OnePlace);
        else if (given.Count > 1)
            at.Invalid($"{{{string.Join(", ", given)}}}", OnePlace);
    }

    // semver.org 2.0.0
    [GeneratedRegex(@"\A(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z")]
    private static partial Regex SemanticVersion();
}
