using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Storage;

namespace ControlPlane.Resources.Storage;

/// <summary>Which volume drivers a node has.</summary>
internal sealed class CSINodes : ResourceDefinition<CSINode>
{
    protected override void Declare(Declaration<CSINode> resource) => resource
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Drivers", node => node.Spec.Drivers.Count, type: "integer")
        .AgeColumn();

    protected override void Validate(CSINode value, FieldErrors errors) => CheckDrivers(value.Spec.Drivers, errors.At("spec").At("drivers"));

    protected override void ValidateUpdate(CSINode value, CSINode old, FieldErrors errors)
    {
        Validate(value, errors);
        foreach (var known in old.Spec.Drivers)
        {
            foreach (var driver in value.Spec.Drivers)
            {
                // What it can hold may change: drivers find out while they run.
                if (driver.Name == known.Name && driver with { Allocatable = null } != known with { Allocatable = null })
                    errors.At("spec").At("drivers").InvalidPrinted(InternalForm.Of(driver, "CSINodeDriver"), "field is immutable");
            }
        }
    }

    private static void CheckDrivers(ValueList<CSINodeDriver> drivers, FieldErrors at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < drivers.Count; i++)
        {
            CheckDriver(drivers[i], at.At(i));
            if (!names.Add(drivers[i].Name))
                at.At(i).At("name").Duplicate(drivers[i].Name);
        }
    }

    private static void CheckDriver(CSINodeDriver driver, FieldErrors at)
    {
        StorageChecks.CheckDriverName(driver.Name, at.At("name"));
        StorageChecks.CheckNodeId(driver.NodeID, at.At("nodeID"));
        if (driver.Allocatable?.Count < 0)
            at.At("allocatable").At("count").Invalid(driver.Allocatable.Count.Value, "must be greater than or equal to 0");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in driver.TopologyKeys)
        {
            // Upstream tells of the driver, not of the key.
            if (key.Length == 0)
                at.Required();
            if (!keys.Add(key))
                at.Duplicate(key);
            at.Complain(key, Names.QualifiedName(key));
        }
    }
}
