using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Resource;

namespace ControlPlane.Resources.Resource;

/// <summary>Devices of one driver that there are, on a node or elsewhere.</summary>
internal sealed class ResourceSlices : ResourceDefinition<ResourceSlice>
{
    private const int MaxPoolName = 253; // upstream: PoolNameMaxLength
    private const int MaxAttributeText = 64; // upstream: DeviceAttributeMaxValueLength
    private const int MaxDevices = 128; // upstream: pkg/apis/resource, ResourceSliceMaxDevices

    protected override void Declare(Declaration<ResourceSlice> resource) => resource
        .WithGeneration()
        .NameColumn()
        .Column("Node", slice => slice.Spec.NodeName ?? "")
        .Column("Driver", slice => slice.Spec.Driver)
        .Column("Pool", slice => slice.Spec.Pool.Name)
        .AgeColumn()
        .Selectable("spec.nodeName", slice => slice.Spec.NodeName ?? "")
        .Selectable("spec.driver", slice => slice.Spec.Driver);

    protected override void Validate(ResourceSlice value, FieldErrors errors)
    {
        var (slice, spec) = (value.Spec, errors.At("spec"));
        DeviceChecks.CheckDriver(slice.Driver, spec.At("driver"));
        CheckPool(slice.Pool, spec.At("pool"));
        CheckPlace(slice, spec);
        if (slice.Devices.Count > MaxDevices)
            spec.At("devices").TooMany(slice.Devices.Count, MaxDevices);
        for (var i = 0; i < slice.Devices.Count; i++)
        {
            CheckDevice(slice.Devices[i], spec.At("devices", i));
            if (slice.Devices.FindIndex(device => device.Name == slice.Devices[i].Name) < i)
                spec.At("devices", i).Duplicate(slice.Devices[i].Name);
        }
    }

    protected override void ValidateUpdate(ResourceSlice value, ResourceSlice old, FieldErrors errors)
    {
        Validate(value, errors);
        var spec = errors.At("spec");
        spec.At("pool").At("name").Immutable(value.Spec.Pool.Name, old.Spec.Pool.Name, FieldErrors.Quote);
        spec.At("driver").Immutable(value.Spec.Driver, old.Spec.Driver, FieldErrors.Quote);
        spec.At("nodeName").Immutable(value.Spec.NodeName, old.Spec.NodeName, FieldErrors.Quote);
    }

    private static void CheckPool(ResourcePool pool, FieldErrors at)
    {
        if (pool.Name.Length == 0)
            at.At("name").Required();
        else
        {
            if (pool.Name.Length > MaxPoolName)
                at.At("name").TooLong(MaxPoolName);
            foreach (var part in pool.Name.Split('/'))
                at.At("name").Complain(part, Names.Subdomain(part));
        }

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
            given.Add("`nodeName`");
            if (node.Length == 0)
                spec.At("nodeName").Invalid(node, "must be either unset or set to a non-empty string");
            else
                spec.At("nodeName").Complain(node, Names.Subdomain(node));
        }

        if (slice.NodeSelector is not null)
            given.Add("`nodeSelector`");
        if (slice.AllNodes is not null)
            given.Add("`allNodes`");
        if (slice.PerDeviceNodeSelection is not null)
            given.Add("`perDeviceNodeSelection`");
        const string ExactlyOne = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required";
        if (given.Count == 0)
            spec.Required(ExactlyOne);
        else if (given.Count > 1)
            spec.InvalidPrinted($"{{{string.Join(", ", given)}}}", ExactlyOne + ", but multiple fields are set");
    }

    private static void CheckDevice(Device device, FieldErrors at)
    {
        at.At("name").Complain(device.Name, Names.Label(device.Name));
        foreach (var (name, attribute) in device.Attributes)
        {
            QualifiedDeviceNames.CheckEither(name, at.At("attributes"));
            if (attribute is { Int: null, Bool: null, String: null, Version: null, Ints.IsEmpty: true, Bools.IsEmpty: true, Strings.IsEmpty: true, Versions.IsEmpty: true })
                at.At("attributes").Key(name).Invalid("", "exactly one value must be specified");
            if (attribute.String?.Length > MaxAttributeText)
                at.At("attributes").Key(name).At("string").TooLong(MaxAttributeText);
        }

        foreach (var name in device.Capacity.Keys)
            QualifiedDeviceNames.CheckEither(name, at.At("capacity"));
    }
}
